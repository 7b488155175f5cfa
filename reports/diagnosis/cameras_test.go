package diagnosis_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// shows is a stream of video with what was seen in it.
func shows(s *record.Stream, v record.Video, seen ...record.Seen) *record.Stream {
	v.Seen = seen
	s.Video = &v
	return s
}

func saw(camera string, fresh, stale int) record.Seen {
	return record.Seen{Camera: camera, Last: uint16(fresh), New: fresh, Old: stale}
}

// cameraRows are the rows of what is seen of cameras.
func cameraRows() []row {
	of := func(e check.Evidence) check.Evidence {
		e = of(e)
		e.CalledName, e.Camera = "gateway gate", "940000"
		return e
	}
	gate := func(to string, outcome record.Outcome, codes ...int) *record.Attempt {
		return in(leg("gateway gate", to, outcome, codes...))
	}
	seen := func(called *record.Attempt, from, to *record.Stream) check.Evidence {
		return of(check.Evidence{Caller: leg("west", "940000", record.Answered, 200), Called: called, CalledVideo: from, CallerVideo: to})
	}
	answered := gate("940000", record.Answered, 200)
	films := func() *record.Stream { return stream("gateway gate", "192.0.2.1:6002", 140, 0) }
	looks := func(received int) *record.Stream { return stream("west", "192.0.2.1:0", 0, received) }
	refused := func(final, sent int) check.Evidence {
		e := of(check.Evidence{Caller: leg("west", "940000", record.Rejected, 100, final)})
		if final == 0 {
			e.Caller = leg("west", "940000", record.Pending, 100)
		}
		if sent > 0 {
			e.Called = gate("940000", record.Rejected, sent)
		}
		return e
	}
	ended := func(byCaller bool, arrived bool) check.Evidence {
		e := seen(gate("940000", record.Answered, 200), films(), looks(180))
		by, other := e.Caller, e.Called
		if !byCaller {
			by, other = other, by
		}
		by.ByeSent, by.ByeAt, e.After = true, 3, 50
		if arrived {
			other.ByeAt = 4
		}
		return e
	}
	v := record.Video{Pictures: 12, Width: 160, Height: 48}
	return []row{
		{"camera's number that the gateway does not know", "call.answered", refused(404, 404), record.CauseBinding},
		{"camera that the gateway says is offline", "call.answered", refused(480, 480), record.CauseBinding},
		{"camera's number that the system does not know", "call.answered", refused(404, 0), record.CauseRouting},
		{"camera's number that arrives as another", "call.delivered", of(check.Evidence{Caller: leg("west", "940000", record.Rejected, 404), Called: gate("94000", record.Rejected, 404)}), record.CauseRouting},

		{"video lost in the offer", "camera.agreed", seen(answered, stream("gateway gate", "", 0, 0), stream("west", "", 0, 0)), record.CauseCodec},
		{"video lost in the answer", "camera.agreed", seen(answered, films(), stream("west", "", 0, 0)), record.CauseCodec},

		{"call to the camera beside", "camera.seen", seen(gate("940001", record.Answered, 200), films(), shows(looks(140), v, saw("940001", 3, 0))), record.CauseRouting},
		{"number bound to another camera", "camera.seen", seen(answered, shows(films(), record.Video{Films: "940001"}), shows(looks(140), v, saw("940001", 3, 0))), record.CauseBinding},
		{"video of another call", "camera.seen", seen(answered, shows(films(), record.Video{Films: "940000"}), shows(looks(140), v, saw("940001", 3, 0))), record.CauseMedia},
		{"camera not told where to send", "camera.seen", seen(answered, stream("gateway gate", "", 0, 0), looks(0)), record.CauseCodec},
		{"camera told a private address", "camera.seen", seen(answered, sendError(stream("gateway gate", "10.0.0.1:6002", 0, 0), "no route"), looks(0)), record.CauseNAT},
		{"camera that cannot send", "camera.seen", seen(answered, sendError(stream("gateway gate", "192.0.2.1:6002", 0, 0), "port unreachable (ICMP)"), looks(0)), record.CauseMedia},
		{"video that does not arrive", "camera.seen", seen(answered, films(), looks(0)), record.CauseMedia},
		{"video in pieces", "camera.seen", seen(answered, films(), shows(looks(70), record.Video{Damaged: 12})), record.CauseMedia},
		{"video of something else", "camera.seen", seen(answered, films(), shows(looks(140), v)), record.CauseMedia},

		{"picture that freezes", "camera.live", seen(answered, films(), shows(looks(24), v, saw("940000", 1, 0))), record.CauseMedia},
		{"picture that is shown again", "camera.live", seen(answered, films(), shows(looks(140), v, saw("940000", 4, 9))), record.CauseMedia},
		{"picture that was never there", "camera.live", seen(answered, films(), looks(0)), record.CauseMedia},

		{"offline passed on as busy", "camera.offline", refused(486, 480), record.CauseSignalling},
		{"offline not passed on", "camera.offline", refused(0, 480), record.CauseSignalling},
		{"offline camera called busy by the gateway", "camera.offline", refused(486, 486), record.CauseSignalling},
		{"offline camera never reached", "camera.offline", refused(404, 0), record.CauseRouting},
		{"unmapped passed on as a failure", "camera.unmapped", refused(503, 404), record.CauseSignalling},

		{"BYE that does not come to the gateway", "camera.stopped", ended(true, false), record.CauseSignalling},
		{"BYE of the gateway that does not come", "camera.stopped", ended(false, false), record.CauseSignalling},
		{"video after the end", "camera.stopped", ended(true, true), record.CauseMedia},
	}
}
