package check_test

import (
	"net/netip"
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// looks is the caller's video, agreed on, with these stretches.
func looks(v record.Video, seen ...record.Seen) *record.Stream {
	v.Seen = seen
	return &record.Stream{
		Codec: "H264/90000", Remote: netip.MustParseAddrPort("192.0.2.1:0"), Received: int(v.Bytes / 1000), Video: &v,
	}
}

func saw(camera string, fresh, stale int) record.Seen {
	return record.Seen{Camera: camera, New: fresh, Old: stale}
}

func cameraRows() []row {
	e := func(s *record.Stream) check.Evidence {
		a := leg("west", "940000", record.Answered, 180, 200)
		a.AnsweredAt = 1200 * ms
		return call(check.Evidence{Caller: a, CallerVideo: s, Camera: "940000"})
	}
	const agreed, seen = "an answer with a video stream that is not refused", "a picture of camera 940000 within 5s"
	const live = "3 new pictures of camera 940000 within 5s, none shown again"
	size := record.Video{Bytes: 40000, Pictures: 12, Width: 160, Height: 48, FirstAt: 1300 * ms, LastPacket: 2300 * ms, Gap: 80 * ms}
	return []row{
		{"camera.agreed", "it was", e(looks(size)), record.Pass, "west", "H264/90000 from 192.0.2.1", agreed},
		{"camera.agreed", "it was refused", e(&record.Stream{Video: &record.Video{}}), record.Fail, "west", "video was refused in the answer", agreed},
		{"camera.agreed", "it was not offered", e(nil), record.Fail, "west", "video was not offered", agreed},

		{"camera.seen", "that one", e(looks(size, saw("940000", 1, 0))), record.Pass, "west", "camera 940000, 160x48, first picture 100ms after the answer", seen},
		{"camera.seen", "another one", e(looks(size, saw("940001", 5, 0))), record.Fail, "west", "camera 940001", seen},
		{"camera.seen", "that one and another", e(looks(size, saw("940000", 5, 0), saw("940001", 1, 0))), record.Fail, "west", "camera 940001", seen},
		{"camera.seen", "pictures of nobody", e(looks(size)), record.Fail, "west", "12 pictures without a camera's number", seen},
		{"camera.seen", "nothing but pieces", e(looks(record.Video{Bytes: 40000, Damaged: 7})), record.Fail, "west", "40 packets, no picture that can be decoded, 7 in pieces", seen},
		{"camera.seen", "nothing", e(looks(record.Video{})), record.Fail, "west", "nothing: not one packet came", seen},
		{"camera.seen", "no video", e(nil), record.Fail, "west", "nothing: not one packet came", seen},

		{"camera.live", "it goes on", e(looks(size, saw("940000", 3, 0))), record.Pass, "west", "3 new pictures, 320 kbit/s, longest gap 80ms, 0 packets lost", live},
		{"camera.live", "it goes on after another camera was seen", e(looks(size, saw("940000", 2, 0), saw("940001", 1, 0), saw("940000", 1, 0))), record.Pass, "west", "3 new pictures, 320 kbit/s, longest gap 80ms, 0 packets lost", live},
		{"camera.live", "it freezes", e(looks(size, saw("940000", 2, 0))), record.Fail, "west", "2 new pictures", live},
		{"camera.live", "it is shown again", e(looks(size, saw("940000", 9, 3))), record.Fail, "west", "9 new pictures, 3 that had been there before", live},
		{"camera.live", "it is another's", e(looks(size, saw("940001", 9, 0))), record.Fail, "west", "0 new pictures", live},
		{"camera.live", "nothing", e(nil), record.Fail, "west", "0 new pictures", live},
	}
}

func refusedRows() []row {
	e := func(final int, codes []int, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: leg("west", "940000", record.Rejected, 100, final), Called: called, Codes: codes})
	}
	east := func(code int) *record.Attempt { return leg("east", "940000", record.Rejected, code) }
	offline, unmapped := []int{480}, []int{404, 604}
	const subject = "west → 940000"
	rejected := leg("west", "940000", record.Pending, 100)
	return []row{
		{"camera.offline", "it is", e(480, offline, east(480)), record.Pass, subject, "480 Temporarily Unavailable after 200ms (100 480); east had answered 480", "480, from east"},
		{"camera.offline", "as something else", e(500, offline, east(480)), record.Fail, subject, "500 Server Internal Error after 200ms (100 500); east had answered 480", "480, from east"},
		{"camera.offline", "by the system, unasked", e(480, offline, nil), record.Fail, subject, "480 Temporarily Unavailable after 200ms (100 480); no INVITE came to east", "480, from east"},
		{"camera.offline", "not at all", call(check.Evidence{Caller: rejected, Called: leg("east", "940000", record.Pending), Codes: offline}), record.Fail, subject, "100 Trying after 100ms; east had answered nothing", "480, from east"},
		{"camera.unmapped", "it is", e(404, unmapped, east(404)), record.Pass, subject, "404 Not Found after 200ms (100 404); east had answered 404", "404 or 604, from east"},
		{"camera.unmapped", "as unavailable", e(480, unmapped, east(404)), record.Fail, subject, "480 Temporarily Unavailable after 200ms (100 480); east had answered 404", "404 or 604, from east"},
	}
}

func stoppedRows() []row {
	// who hangs up, and when the BYE comes to the other side
	e := func(byCaller bool, other int64, quiet bool, after int) check.Evidence {
		west, east := leg("west", "940000", record.Answered, 200), leg("east", "940000", record.Answered, 200)
		by, at := west, east
		if !byCaller {
			by, at = east, west
		}
		by.ByeAt, by.ByeSent, at.ByeAt = 3000*ms, true, other
		return call(check.Evidence{
			Caller: west, Called: east, CallerVideo: looks(record.Video{Pictures: 12}), Quiet: quiet, After: after, Within: 4 * time.Second,
		})
	}
	const limit = "BYE on the other side, and no more video, within 4s"
	return []row{
		{"camera.stopped", "the caller hangs up", e(true, 3010*ms, true, 3), record.Pass, "west hangs up", "east released after 10ms, 12 pictures seen until then", limit},
		{"camera.stopped", "the called party hangs up", e(false, 3010*ms, true, 0), record.Pass, "east hangs up", "west released after 10ms, 12 pictures seen until then", limit},
		{"camera.stopped", "the camera films on", e(true, 0, false, 50), record.Fail, "west hangs up", "no BYE reached east, and 50 packets of video came after it", limit},
		{"camera.stopped", "the BYE is lost, the video is not passed on", e(true, 0, true, 0), record.Fail, "west hangs up", "no BYE reached east", limit},
		{"camera.stopped", "the relay plays on", e(true, 3010*ms, false, 50), record.Fail, "west hangs up", "east was released, and video goes on: 50 packets after it", limit},
	}
}
