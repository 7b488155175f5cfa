package check

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
)

// phoneRules: phones that are not ours.
func phoneRules() []Rule {
	return []Rule{
		{"phone.calls", "A real phone's call arrives, with its number", record.Must, "RFC 3261 §16.5, §16.6, §8.1.1.3", phoneCalls},
		{"phone.heard", "A real phone is heard", record.Must, "RFC 3264 §5; profile: thresholds.voice", phoneHeard},
		{"phone.hears", "A real phone hears who talks to it", record.Must, "RFC 3264 §5; profile: accounts[].phone", phoneHears},
		{"phone.released", "A real phone's call lasts until our party hangs up, and no longer", record.Must, "RFC 3261 §15.1.2", phoneReleased},
	}
}

func phoneCalls(e Evidence) result {
	r := result{record.Fail, e.CalledName, "no call came", fmt.Sprintf("a call within %s of being asked for", ms(e.Within))}
	if e.Called == nil {
		return r
	}
	switch from := e.Called.From; {
	case ends(from, e.Numbers):
		r.verdict, r.measured = record.Pass, "a call from "+from
	case ends(from, e.Others):
		r.measured = "a call from " + from + ", the number of another account"
	default:
		r.verdict = record.Unprovable
		r.measured = "a call from " + from + ", which is not the phone's number: whose it is, is not known"
	}
	return r
}

// ends tells whether a caller's number, in whatever form, is one of these.
func ends(from string, numbers []string) bool {
	return slices.ContainsFunc(numbers, func(n string) bool { return strings.HasSuffix(from, strings.TrimPrefix(n, "+")) })
}

// ours is the stream of our party in a call with a real phone.
func (e Evidence) ours() *record.Stream {
	if e.CallerStream != nil {
		return e.CallerStream
	}
	return e.CalledStream
}

// phoneHeard looks for the voice that a program plays. The sound of whoever
// holds a phone has no signature: it counts if it comes when it is asked for,
// and not before.
func phoneHeard(e Evidence) result {
	t := e.Testimony
	if t.Held {
		return holderHeard(t)
	}
	return heard(e, e.ours(), t.Voice, t.Party)
}

// Spoken is how long four digits take that are said fast, and longer than a
// click or a beep.
const Spoken = 800 * time.Millisecond

// holderHeard wants sound beyond what comes anyway: its share of the time before,
// twice, for noise comes and goes.
func holderHeard(t *record.Testimony) result {
	aloud, before := time.Duration(t.Aloud), time.Duration(t.Before)
	noise := time.Duration(0)
	if t.Quiet > 0 {
		noise = time.Duration(2 * float64(t.Before) / float64(t.Quiet) * float64(t.Speaking))
	}
	r := result{record.Fail, t.Voice, "", fmt.Sprintf("sound for %s when its holder was asked to speak, beyond twice the share of before", ms(Spoken))}
	r.measured = fmt.Sprintf("sound for %s of %s when asked, for %s of %s before", ms(aloud), ms(time.Duration(t.Speaking)), ms(before), ms(time.Duration(t.Quiet)))
	switch {
	case before > Enough:
		r.verdict, r.measured = record.Unprovable, r.measured+": noise or music hides whether the holder is heard"
	case aloud >= Spoken+noise:
		r.verdict = record.Pass
	case noise > 0 && aloud >= Spoken:
		r.verdict, r.measured = record.Unprovable, r.measured+": noise hides whether the holder is heard"
	}
	return r
}

// phoneHears goes by what the phone recorded or its holder typed.
func phoneHears(e Evidence) result {
	t := e.Testimony
	if t.Held {
		r := result{when(t.Typed == t.Spoken), t.Party, fmt.Sprintf("%q typed", t.Typed), fmt.Sprintf("%q, as %s said", t.Spoken, t.Voice)}
		if t.Typed == "" {
			r.measured = "nothing typed"
		}
		return r
	}
	r := result{record.Fail, t.Party, "", fmt.Sprintf("%s's voice for %s in its recording", t.Voice, ms(Enough))}
	if len(t.Files) == 0 {
		r.verdict, r.measured = record.Unprovable, "no recording of the call was written to "+t.Records
		if t.Trouble != "" {
			r.measured += ": " + t.Trouble
		}
		return r
	}
	if t.Trouble != "" && time.Duration(t.Heard) < Enough {
		r.verdict, r.measured = record.Unprovable, t.Trouble
		return r
	}
	r.verdict = when(time.Duration(t.Heard) >= Enough)
	r.measured = fmt.Sprintf("%s's voice for %s of %s in %s", t.Voice, ms(time.Duration(t.Heard)), ms(time.Duration(t.Took)), filepath.Base(t.Files[0]))
	return r
}

// phoneReleased goes by what the holder sees, for who answers a BYE need not
// have passed it on. Of a program nothing is known beyond the answer.
func phoneReleased(e Evidence) result {
	a, t := e.Caller, e.Testimony
	if a == nil {
		a = e.Called
	}
	r := result{when(a.ByeCode == 200), a.Party, fmt.Sprintf("%d to BYE", a.ByeCode), "200 to our BYE within " + ms(e.Within)}
	if t.Held {
		r.limit += ", and the phone free"
	}
	switch {
	case !a.ByeSent && a.ByeAt != 0 && t.Held:
		r.verdict, r.measured = record.Pass, "the phone hung up"
	case !a.ByeSent && a.ByeAt != 0:
		r.verdict, r.measured = record.Fail, "BYE from the other side after "+ms(time.Duration(a.ByeAt-a.AnsweredAt))+", and nobody holds the phone"
	case a.ByeCode == 0:
		r.measured = "no response to BYE"
	case t.Kept:
		r.verdict = record.Fail
		r.measured += ", and its holder sees the phone in the call still"
	}
	return r
}
