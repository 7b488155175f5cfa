package check

import (
	"fmt"
	"slices"

	"ringproof/reports/record"
)

// EnoughPictures is how many new pictures of a camera show that it is not a
// still one: a picture, one after it, and one after that.
const EnoughPictures = 3

// cameraRules: what is seen of cameras, and what is said where there is none.
func cameraRules() []Rule {
	return []Rule{
		{"camera.agreed", "Caller and camera agree on video", record.Must, "RFC 3264 §6, RFC 6184 §8.2.2", cameraAgreed},
		{"camera.seen", "The caller sees the camera that was dialled, and no other", record.Must, "RFC 6184 §5.1; profile: thresholds.picture", cameraSeen},
		{"camera.live", "The camera's picture goes on, and shows nothing again", record.Must, "RFC 6184 §5.1; profile: thresholds.picture", cameraLive},
		{"camera.offline", "An offline camera is reported to the caller as unavailable", record.Must, "RFC 3261 §21.4.18, §16.7 step 6; profile: expect.offline", cameraOffline},
		{"camera.unmapped", "A number without a camera is reported to the caller as such", record.Must, "RFC 3261 §21.4.5, §16.7 step 6; profile: expect.unallocated", cameraUnmapped},
		{"camera.stopped", "The camera's picture stops when either side hangs up", record.Must, "RFC 3261 §15; profile: thresholds.release", cameraStopped},
	}
}

func cameraAgreed(e Evidence) result {
	r := result{record.Fail, e.CallerName, "video was not offered", "an answer with a video stream that is not refused"}
	s := e.CallerVideo
	switch {
	case s == nil:
	case !s.Remote.IsValid():
		r.measured = "video was refused in the answer"
	default:
		r.verdict, r.measured = record.Pass, s.Codec+" from "+s.Remote.Addr().String()
	}
	return r
}

// pictures gives what the caller saw; an empty Video for nothing.
func pictures(e Evidence) *record.Video {
	if e.CallerVideo == nil || e.CallerVideo.Video == nil {
		return &record.Video{}
	}
	return e.CallerVideo.Video
}

// Another gives a camera that was seen and is not the one meant.
func Another(v *record.Video, camera string) string {
	for _, s := range v.Seen {
		if s.Camera != camera {
			return s.Camera
		}
	}
	return ""
}

func cameraSeen(e Evidence) result {
	r := result{record.Fail, e.CallerName, "", fmt.Sprintf("a picture of camera %s within %s", e.Camera, ms(e.Within))}
	v := pictures(e)
	other := Another(v, e.Camera)
	switch n, _ := v.NewOf(e.Camera); {
	case other != "":
		r.measured = "camera " + other
	case n > 0:
		r.verdict = record.Pass
		r.measured = fmt.Sprintf("camera %s, %dx%d", e.Camera, v.Width, v.Height)
		if e.Caller != nil && e.Caller.AnsweredAt > 0 && v.FirstAt > e.Caller.AnsweredAt {
			r.measured += ", first picture " + since(e.Caller.AnsweredAt, v.FirstAt) + " after the answer"
		}
	case v.Pictures > 0:
		r.measured = fmt.Sprintf("%d pictures without a camera's number", v.Pictures)
	case v.Bytes > 0:
		r.measured = fmt.Sprintf("%d packets, no picture that can be decoded, %d in pieces", e.CallerVideo.Received, v.Damaged)
	default:
		r.measured = "nothing: not one packet came"
	}
	return r
}

func cameraLive(e Evidence) result {
	v := pictures(e)
	fresh, stale := v.NewOf(e.Camera)
	r := result{
		when(fresh >= EnoughPictures && stale == 0), e.CallerName,
		fmt.Sprintf("%d new pictures", fresh),
		fmt.Sprintf("%d new pictures of camera %s within %s, none shown again", EnoughPictures, e.Camera, ms(e.Within)),
	}
	if stale > 0 {
		r.measured += fmt.Sprintf(", %d that had been there before", stale)
	}
	if rate := v.Rate(); rate > 0 && r.verdict == record.Pass {
		r.measured += fmt.Sprintf(", %.0f kbit/s, longest gap %s, %d packets lost", rate/1000, since(0, v.Gap), e.CallerVideo.Lost)
	}
	return r
}

func cameraOffline(e Evidence) result  { return reported(e) }
func cameraUnmapped(e Evidence) result { return reported(e) }

// reported holds the caller's final response against the codes expected. The
// call must have reached the gateway, or the answer is not the gateway's.
func reported(e Evidence) result {
	r := result{record.Fail, e.Caller.Party + " → " + e.Caller.To, outcome(e.Caller), list(e.Codes) + ", from " + e.CalledName}
	if e.Called == nil {
		r.measured += "; no INVITE came to " + e.CalledName
		return r
	}
	r.verdict = when(slices.Contains(e.Codes, e.Caller.Final()))
	r.measured += fmt.Sprintf("; %s had answered %s", e.Called.Party, codeOr(e.Called.Final(), "nothing"))
	return r
}

func cameraStopped(e Evidence) result {
	by, other := e.Caller, e.Called
	if !by.ByeSent {
		by, other = other, by
	}
	v := pictures(e)
	r := result{record.Fail, by.Party + " hangs up", "", "BYE on the other side, and no more video, within " + ms(e.Within)}
	switch {
	case other.ByeAt == 0:
		r.measured = "no BYE reached " + other.Party
		if e.After > 0 {
			r.measured += fmt.Sprintf(", and %d packets of video came after it", e.After)
		}
	case !e.Quiet:
		r.measured = fmt.Sprintf("%s was released, and video goes on: %d packets after it", other.Party, e.After)
	default:
		r.verdict = record.Pass
		r.measured = fmt.Sprintf("%s released after %s, %d pictures seen until then", other.Party, since(by.ByeAt, other.ByeAt), v.Pictures)
	}
	return r
}
