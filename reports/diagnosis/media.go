package diagnosis

import (
	"fmt"
	"slices"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// mediaFinders: who hears whom.
func mediaFinders() map[string]finder {
	return map[string]finder{
		"media.heard-by-callee": func(e check.Evidence) record.Finding {
			return notHeard(e.CallerStream, e.CalledStream, e.CallerName, e.CalledName, e)
		},
		"media.heard-by-caller": func(e check.Evidence) record.Finding {
			return notHeard(e.CalledStream, e.CallerStream, e.CalledName, e.CallerName, e)
		},
		"media.lasts":  cutOff,
		"media.whole":  gaps,
		"media.source": unplayable,
		"media.clock":  unplayable,
		"media.delay":  late,
	}
}

// toldPrivate is for a party that was told to send to an address which cannot
// be reached from where it stands.
func toldPrivate(from *record.Stream, sender, what, system string) record.Finding {
	return record.Finding{
		Cause: record.CauseNAT,
		Why: fmt.Sprintf("%s was told to send its %s to %s, a private address that cannot be reached from %s; the system's SIP stands at %s.",
			sender, what, from.Remote, from.Local.Addr(), system),
		ToDo: "Set the media address that the system advertises in SDP to the one that this side can reach (external or advertised media address, media relay).",
	}
}

// notHeard follows one voice on its way: told where to go, sent, received,
// recognised.
func notHeard(from, to *record.Stream, speaker, listener string, e check.Evidence) record.Finding {
	if f := leftBehind(e); f != nil {
		return *f
	}
	if to != nil && to.Received == 0 {
		if f := voiceLostToNAT(way{from, to, speaker, listener}, "", e); f != nil {
			return *f
		}
	}
	switch {
	case from == nil || !from.Remote.IsValid():
		return record.Finding{
			Cause: record.CauseCodec,
			Why:   fmt.Sprintf("%s was never told where to send its voice: no usable answer to its offer (RFC 3264 §6).", speaker),
			ToDo:  "Compare the codecs of both descriptions in the message ladder.",
		}
	case from.Sent == 0 && from.Remote.Addr().IsPrivate():
		return toldPrivate(from, speaker, "voice", e.System)
	case from.Sent == 0 && from.SendError != "":
		return record.Finding{
			Cause: record.CauseMedia,
			Why:   fmt.Sprintf("%s could not send its voice to %s: %s.", speaker, from.Remote, from.SendError),
			ToDo:  "Look whether the media port in the SDP is open at the system.",
		}
	case to == nil || to.Received == 0:
		return record.Finding{
			Cause: record.CauseMedia,
			Why: fmt.Sprintf("One-way audio: %s sent %d packets to %s, not one reached %s.",
				speaker, from.Sent, from.Remote, listener),
			ToDo: fmt.Sprintf("Follow the media of this direction through the system: its relay, its port range in the firewall, and where it was told that %s listens (%s).", listener, heardAt(to)),
		}
	case slices.ContainsFunc(to.Heard, func(h record.Heard) bool { return h.Voice == speaker }):
		return record.Finding{
			Cause: record.CauseMedia,
			Why:   fmt.Sprintf("%s heard %s, but in one piece for %s alone: %d packets came, %d were lost.", listener, speaker, to.HeardFor(speaker).Round(time.Millisecond), to.Received, to.Lost),
			ToDo:  "Look for what cuts the media off or lets too little of it through: a relay that starts late, a timer, a bandwidth limit.",
		}
	case len(to.Heard) > 0:
		return record.Finding{
			Cause: record.CauseMedia,
			Why:   fmt.Sprintf("%s hears %s instead of %s: the media of two calls, or the two directions of one, are joined wrongly.", listener, to.Heard[0].Voice, speaker),
			ToDo:  "Look at how the system pairs its media ports.",
		}
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("%d packets reached %s, but %s's voice is not in them.", to.Received, listener, speaker),
		ToDo:  "Look for transcoding to a codec that was not agreed on, for silence or music that the system puts in.",
	}
}

// leftBehind says that a transfer gave one side no new description, so that its
// voice goes where it went before; nil where there was none, or it did.
func leftBehind(e check.Evidence) *record.Finding {
	t, c := e.Transferor, e.Caller
	if t == nil || t.Refer == nil || c == nil || e.Called == nil || e.CallerStream == nil || e.CalledStream != nil && e.CalledStream.Received > 0 {
		return nil
	}
	if slices.ContainsFunc(c.Reoffers, func(r record.Reoffer) bool { return !r.Sent && r.At >= t.Refer.At }) {
		return nil
	}
	return &record.Finding{
		Cause: record.CauseSignalling,
		Why: fmt.Sprintf("%s transferred the call of %s to %s, and no new offer came to %s: it talks on to %s, as before the transfer (RFC 5589 §6.1, RFC 3264 §8).",
			t.Party, c.Party, e.Called.Party, c.Party, e.CallerStream.Remote),
		ToDo: "Look for the re-INVITE or UPDATE to the one who was transferred: who joins two legs anew must tell each where the other's media is, or turn its own relay to it.",
	}
}

func heardAt(s *record.Stream) string {
	if s == nil {
		return "no media was opened there"
	}
	return s.Local.String()
}

// cutOff finds the direction that fell silent first.
func cutOff(e check.Evidence) record.Finding {
	toCallee, a := e.CalledStream.LastHeard(e.CallerName)
	toCaller, b := e.CallerStream.LastHeard(e.CalledName)
	from, to, speaker, listener := e.CallerStream, e.CalledStream, e.CallerName, e.CalledName
	if !b || a && toCaller < toCallee {
		from, to, speaker, listener = e.CalledStream, e.CallerStream, e.CalledName, e.CallerName
	}
	if !a || !b || from == nil || to == nil {
		return notHeard(from, to, speaker, listener, e)
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("The audio was cut off in mid-call: %s sent %d packets, %d reached %s, and then nothing more of its voice.", speaker, from.Sent, to.Received, listener),
		ToDo:  "Look for what ends media early: a NAT or firewall binding that expires, a media time-out, a session that is refreshed wrongly.",
	}
}

// gaps tells which voice lost more on its way, and whether its packets say so
// themselves.
func gaps(e check.Evidence) record.Finding {
	from, to, speaker, listener := e.CallerStream, e.CalledStream, e.CallerName, e.CalledName
	lost, took := to.MissingOf(speaker, e.Silence)
	if back, all := e.CallerStream.MissingOf(e.CalledName, e.Silence); back > lost {
		from, to, speaker, listener = e.CalledStream, e.CallerStream, e.CalledName, e.CallerName
		lost, took = back, all
	}
	f := record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("%s of %s of %s's voice did not come to %s", lost.Round(time.Millisecond), took.Round(time.Millisecond), speaker, listener),
		ToDo:  "Capture both sides of the system: where the packets are missing already before it, look for the path that loses them (duplex mismatch, a policer, Wi-Fi); where only behind it, at its relay and its load.",
	}
	if from != nil && to != nil {
		f.Why += fmt.Sprintf(": of %d packets sent %d arrived, and by their sequence numbers %d were lost", from.Sent, to.Received-to.Repeated, to.Lost)
	}
	f.Why += "."
	return f
}

// unplayable tells which stream no phone could play, although its sound came.
func unplayable(e check.Evidence) record.Finding {
	s, speaker, listener := e.CalledStream, e.CallerName, e.CalledName
	if t := e.CallerStream; t != nil && (s == nil || t.Changes+t.Stuck > s.Changes+s.Stuck) {
		s, speaker, listener = t, e.CalledName, e.CallerName
	}
	if s == nil {
		s = &record.Stream{}
	}
	what := fmt.Sprintf("its SSRC changed %d times in %d packets, and each is a new stream to a phone", s.Changes, s.Received)
	if s.Stuck > s.Changes {
		what = fmt.Sprintf("%d of %d packets have the timestamp of the one before, and a phone plays by that", s.Stuck, s.Received)
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("%s's voice came to %s as packets that most phones cannot play: %s (RFC 3550 §5.1).", speaker, listener, what),
		ToDo:  "Look at what rewrites RTP on the way, a relay or a transcoder: within a stream the SSRC stays, and the timestamp grows with each packet's samples.",
	}
}

// late tells which direction takes too long.
func late(e check.Evidence) record.Finding {
	speaker, listener := e.CallerName, e.CalledName
	d, _ := e.CalledStream.DelayOf(speaker)
	if back, _ := e.CallerStream.DelayOf(listener); back > d {
		d, speaker, listener = back, listener, speaker
	}
	return record.Finding{
		Cause: record.CauseMedia,
		Why:   fmt.Sprintf("%s's voice takes %s to %s: both talk at once and break off (ITU-T G.114).", speaker, d, listener),
		ToDo:  "Look for jitter buffers that have grown, transcoders in a row, and the way that the media takes.",
	}
}
