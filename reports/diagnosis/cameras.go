package diagnosis

import (
	"fmt"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// cameraFinders: what is seen of cameras, and what is said where there is none.
func cameraFinders() map[string]finder {
	return map[string]finder{
		"camera.agreed":   videoRefused,
		"camera.seen":     notSeen,
		"camera.live":     notLive,
		"camera.offline":  notReported,
		"camera.unmapped": notReported,
		"camera.stopped":  notStopped,
	}
}

// unbound says that the gateway itself refuses a number that it should know:
// nil where it did not.
func unbound(e check.Evidence) *record.Finding {
	c := e.Called
	if c == nil || e.Caller == nil || c.Party != e.CalledName || c.Final() != e.Caller.Final() {
		return nil
	}
	switch c.Final() {
	case 404, 604:
		return &record.Finding{
			Cause: record.CauseBinding,
			Why:   fmt.Sprintf("The number %s reached %s, which answers %d: it is not mapped there.", c.To, c.Party, c.Final()),
			ToDo:  "Look at the binding table of the gateway: is the number in it, in the form in which it arrives?",
		}
	case 480:
		return &record.Finding{
			Cause: record.CauseBinding,
			Why:   fmt.Sprintf("The number %s reached %s, which answers 480: what it is mapped to is offline.", c.To, c.Party),
			ToDo:  "Look at the resource behind the number at the gateway: is it connected?",
		}
	}
	return nil
}

func videoRefused(e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseCodec,
		Why:   fmt.Sprintf("The video that %s offered did not come to %s: no video stream that it could accept stood in the offer that arrived.", e.CallerName, e.CalledName),
		ToDo:  "Compare the video line of both offers in the message ladder: port, H.264, profile-level-id, packetization-mode. Is video allowed on this route?",
	}
	if s := e.CalledVideo; s != nil && s.Remote.IsValid() {
		f.Why = fmt.Sprintf("%s agreed to video, and yet %s was told that it is refused.", e.CalledName, e.CallerName)
		f.ToDo = "Compare the video line of both answers in the message ladder: the system changes it on its way."
	}
	return f
}

// notSeen follows the pictures on their way: which camera, sent, received,
// decoded.
func notSeen(e check.Evidence) record.Finding {
	from, to := e.CalledVideo, e.CallerVideo
	if to != nil && to.Video != nil {
		if other := check.Another(to.Video, e.Camera); other != "" {
			return wrongCamera(other, e)
		}
	}
	f := record.Finding{Cause: record.CauseMedia}
	switch {
	case from == nil || from.Sent == 0 && from.SendError == "":
		f.Cause = record.CauseCodec
		f.Why = fmt.Sprintf("%s was never told where to send its pictures, or that nobody looks (RFC 3264 §6).", e.CalledName)
		f.ToDo = "Compare the video line of both descriptions in the message ladder: port and direction."
	case from.Sent == 0 && from.Remote.Addr().IsPrivate():
		return toldPrivate(from, e.CalledName, "pictures", e.System)
	case from.Sent == 0:
		f.Why = fmt.Sprintf("%s could not send its pictures to %s: %s.", e.CalledName, from.Remote, from.SendError)
		f.ToDo = "Look whether the video port in the SDP is open at the system."
	case to == nil || to.Received == 0:
		f.Why = fmt.Sprintf("%s sent %d packets of video to %s, not one reached %s.", e.CalledName, from.Sent, from.Remote, e.CallerName)
		f.ToDo = fmt.Sprintf("Follow the video through the system: its relay, its port range in the firewall, and where it was told that %s looks (%s).", e.CallerName, heardAt(to))
	case to.Video == nil || to.Video.Pictures == 0:
		f.Why = fmt.Sprintf("%d of %d packets of video reached %s, and no picture could be decoded from them; %d were lost.", to.Received, from.Sent, e.CallerName, to.Lost)
		f.ToDo = "Look for what loses or cuts large packets (MTU, bandwidth limit), or keeps the parameter sets back."
	default:
		f.Why = fmt.Sprintf("%d pictures reached %s, but not those that %s sent.", to.Video.Pictures, e.CallerName, e.CalledName)
		f.ToDo = "Look for transcoding, or for a picture that the system puts in."
	}
	return f
}

func wrongCamera(other string, e check.Evidence) record.Finding {
	f := record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("%s dialled camera %s and sees camera %s, which is not what the gateway sends it: the video of two calls is joined.", e.CallerName, e.Camera, other),
		ToDo:  "Look at how the system pairs its media ports.",
	}
	switch c := e.Called; {
	case c == nil:
	case c.To == other:
		f.Cause = record.CauseRouting
		f.Why = fmt.Sprintf("%s dialled camera %s, and the call arrived at %s as one to camera %s.", e.CallerName, e.Camera, c.Party, other)
		f.ToDo = "Look at what the route does to the number: digits taken off, put before it, or changed."
	case e.CalledVideo != nil && e.CalledVideo.Video != nil && e.CalledVideo.Video.Films == other:
		f.Cause = record.CauseBinding
		f.Why = fmt.Sprintf("The call to camera %s arrived at %s with that number, which shows camera %s.", e.Camera, c.Party, other)
		f.ToDo = "Look at the binding table of the gateway: the number leads to another camera."
	}
	return f
}

func notLive(e check.Evidence) record.Finding {
	v := &record.Video{}
	if e.CallerVideo != nil && e.CallerVideo.Video != nil {
		v = e.CallerVideo.Video
	}
	fresh, stale := v.NewOf(e.Camera)
	switch {
	case fresh == 0:
		return notSeen(e)
	case stale > 0:
		return record.Finding{
			Cause: record.CauseMedia,
			Why:   fmt.Sprintf("%s is shown pictures of camera %s again that it has seen before: %d new ones and %d old ones.", e.CallerName, e.Camera, fresh, stale),
			ToDo:  "Look for a recording or a buffer that is played in place of the live picture.",
		}
	}
	sent, received := 0, 0
	if e.CalledVideo != nil {
		sent = e.CalledVideo.Sent
	}
	if e.CallerVideo != nil {
		received = e.CallerVideo.Received
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("The picture of camera %s freezes: %s saw %d new pictures; of %d packets sent %d came, %d pictures were in pieces.", e.Camera, e.CallerName, fresh, sent, received, v.Damaged),
		ToDo:  "Look for what cuts the video off or lets too little of it through: a bandwidth limit, a media timeout, a relay that loses packets.",
	}
}

// notReported: the gateway refused, the caller was told something else.
func notReported(e check.Evidence) record.Finding {
	c := e.Called
	switch {
	case c == nil:
		return notAnswered(e)
	case e.Caller.Final() == 0:
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answered %s, and the caller got no final response (RFC 3261 §16.7 step 6).", c.Party, code(c.Final())),
			ToDo:  "Follow the response of the called side through the system.",
		}
	case c.Final() == e.Caller.Final():
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s answers %s itself, which says something else than it should.", c.Party, code(c.Final())),
			ToDo:  "Look at the gateway: 480 is for a camera that is offline, 404 for a number without one.",
		}
	}
	return record.Finding{
		Cause: record.CauseSignalling,
		Why:   fmt.Sprintf("%s answered %s, the caller got %s (RFC 3261 §16.7 step 6: a final response of the called side is passed on).", c.Party, code(c.Final()), code(e.Caller.Final())),
		ToDo:  "Look at the mapping of response codes: who reads it takes an offline camera for a wrong number, or either for a fault of the system.",
	}
}

func notStopped(e check.Evidence) record.Finding {
	by, other := e.Caller, e.Called
	if !by.ByeSent {
		by, other = other, by
	}
	if other.ByeAt == 0 {
		and := "the camera goes on filming for nobody"
		if other == e.Caller {
			and = "it waits for pictures that come no more"
		}
		return record.Finding{
			Cause: record.CauseSignalling,
			Why:   fmt.Sprintf("%s hung up, and its BYE never reached %s: %s (RFC 3261 §15).", by.Party, other.Party, and),
			ToDo:  "Follow the BYE in the message ladder: is it answered, and is it sent on within the other dialog?",
		}
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("Both sides are released, and %d packets of video still came to %s.", e.After, e.CallerName),
		ToDo:  "Look at the relay: what feeds a call that has ended?",
	}
}
