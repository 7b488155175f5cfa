package check_test

import (
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

func phoneRows() []row {
	west := leg("west", "1002", record.Answered, 200)
	e := func(s *record.Stream, t record.Testimony) check.Evidence {
		t.Party, t.Voice = "phone 1002", "west"
		return check.Evidence{Caller: west, CallerName: "west", CalledName: "phone 1002", CallerStream: s, Testimony: &t, Within: 5 * time.Second}
	}
	held := func(aloud, before int64, typed string) record.Testimony {
		return record.Testimony{Held: true, Spoken: "4711", Typed: typed, Aloud: aloud * ms, Speaking: 9000 * ms, Before: before * ms, Quiet: 1500 * ms}
	}
	program := func(heard int64, files ...string) record.Testimony {
		return record.Testimony{Records: "recordings", Files: files, Heard: heard * ms, Took: 3000 * ms}
	}
	troubled := func(heard int64, files ...string) record.Testimony {
		t := program(heard, files...)
		t.Trouble = "two.wav: no WAV file"
		return t
	}
	bye := func(code int, sent bool) check.Evidence {
		x := e(nil, record.Testimony{})
		x.Caller = with(leg("west", "1002", record.Answered, 200), func(a *record.Attempt) { a.ByeAt, a.ByeSent, a.ByeCode = 5000*ms, sent, code })
		return x
	}
	const (
		voice  = "phone 1002's voice for 400ms within 5s"
		aloud  = "sound for 800ms when its holder was asked to speak, beyond twice the share of before"
		kept   = "west's voice for 400ms in its recording"
		digits = `"4711", as west said`
		gone   = "200 to our BYE within 5s"
		free   = gone + ", and the phone free"
		comes  = "a call within 5s of being asked for"
	)
	asked := e(nil, held(0, 0, ""))
	asked.CalledName = "west"
	from := func(number string) check.Evidence {
		x := asked
		x.Numbers, x.Others = []string{"1002"}, []string{"1003"}
		x.Called = with(leg("west", "6000", record.Answered, 200), func(a *record.Attempt) { a.Inbound, a.From = true, number })
		return x
	}
	holds := func(x check.Evidence, kept bool) check.Evidence {
		x.Testimony = &record.Testimony{Held: true, Kept: kept}
		return x
	}
	return []row{
		{"phone.calls", "a call came", from("1002"), record.Pass, "west", "a call from 1002", comes},
		{"phone.calls", "a call came, with the number in another form", from("+49301002"), record.Pass, "west", "a call from +49301002", comes},
		{"phone.calls", "another account's", from("1003"), record.Fail, "west", "a call from 1003, the number of another account", comes},
		{"phone.calls", "nobody knows whose", from("030555"), record.Unprovable, "west", "a call from 030555, which is not the phone's number: whose it is, is not known", comes},
		{"phone.calls", "none came", asked, record.Fail, "west", "no call came", comes},

		{"phone.heard", "what it plays", e(hears(time.Second, "phone 1002"), program(0)), record.Pass, "west", "phone 1002's voice for 1s", voice},
		{"phone.heard", "another voice", e(hears(time.Second, "phone 1003"), program(0)), record.Fail, "west", "phone 1003's voice instead", voice},
		{"phone.heard", "nobody's", e(hears(0), program(0)), record.Fail, "west", "20 packets, nobody's voice in them", voice},
		{"phone.heard", "its holder, when asked", e(hears(0), held(900, 0, "4711")), record.Pass, "west", "sound for 900ms of 9s when asked, for less than 1ms of 1.5s before", aloud},
		{"phone.heard", "its holder, never", e(hears(0), held(120, 0, "4711")), record.Fail, "west", "sound for 120ms of 9s when asked, for less than 1ms of 1.5s before", aloud},
		{"phone.heard", "a beep", e(hears(0), held(500, 0, "4711")), record.Fail, "west", "sound for 500ms of 9s when asked, for less than 1ms of 1.5s before", aloud},
		{"phone.heard", "crackle all the time", e(hears(0), held(2000, 300, "4711")), record.Unprovable, "west", "sound for 2s of 9s when asked, for 300ms of 1.5s before: noise hides whether the holder is heard", aloud},
		{"phone.heard", "its holder, through crackle", e(hears(0), held(4600, 300, "4711")), record.Pass, "west", "sound for 4.6s of 9s when asked, for 300ms of 1.5s before", aloud},
		{"phone.heard", "music all the time", e(hears(0), held(2000, 1500, "4711")), record.Unprovable, "west", "sound for 2s of 9s when asked, for 1.5s of 1.5s before: noise or music hides whether the holder is heard", aloud},

		{"phone.hears", "recorded", e(nil, program(2100, "a/one.wav", "a/two.wav")), record.Pass, "phone 1002", "west's voice for 2.1s of 3s in one.wav", kept},
		{"phone.hears", "recorded, without the voice", e(nil, program(0, "a/one.wav")), record.Fail, "phone 1002", "west's voice for less than 1ms of 3s in one.wav", kept},
		{"phone.hears", "not recorded", e(nil, program(0)), record.Unprovable, "phone 1002", "no recording of the call was written to recordings", kept},
		{"phone.hears", "recorded in a form that we cannot read", e(nil, troubled(0)), record.Unprovable, "phone 1002", "no recording of the call was written to recordings: two.wav: no WAV file", kept},
		{"phone.hears", "one file without the voice, one that we cannot read", e(nil, troubled(0, "a/one.wav")), record.Unprovable, "phone 1002", "two.wav: no WAV file", kept},
		{"phone.hears", "one file with the voice, one that we cannot read", e(nil, troubled(2100, "a/one.wav")), record.Pass, "phone 1002", "west's voice for 2.1s of 3s in one.wav", kept},
		{"phone.hears", "typed", e(nil, held(0, 0, "4711")), record.Pass, "phone 1002", `"4711" typed`, digits},
		{"phone.hears", "typed wrongly", e(nil, held(0, 0, "4771")), record.Fail, "phone 1002", `"4771" typed`, digits},
		{"phone.hears", "nothing typed", e(nil, held(0, 0, "")), record.Fail, "phone 1002", "nothing typed", digits},

		{"phone.released", "BYE answered", bye(200, true), record.Pass, "west", "200 to BYE", gone},
		{"phone.released", "BYE refused", bye(481, true), record.Fail, "west", "481 to BYE", gone},
		{"phone.released", "BYE without a response", bye(0, true), record.Fail, "west", "no response to BYE", gone},
		{"phone.released", "its holder was quicker", holds(bye(0, false), false), record.Pass, "west", "the phone hung up", free},
		{"phone.released", "its holder sees it free", holds(bye(200, true), false), record.Pass, "west", "200 to BYE", free},
		{"phone.released", "its holder sees it in the call still", holds(bye(200, true), true), record.Fail, "west", "200 to BYE, and its holder sees the phone in the call still", free},
		{"phone.released", "a program's call is cut", bye(0, false), record.Fail, "west", "BYE from the other side after 5s, and nobody holds the phone", gone},
	}
}
