package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ringproof/reports/ledger"
	"ringproof/reports/record"
)

const s = int64(time.Second)

func responses(list ...int64) (out []record.Response) {
	for i := 0; i < len(list); i += 2 {
		out = append(out, record.Response{At: list[i], Code: int(list[i+1])})
	}
	return out
}

func leg(party, number string, at int64, o record.Outcome, r ...int64) record.Attempt {
	return record.Attempt{Party: party, Inbound: true, To: number, Start: at, Outcome: o, Responses: responses(r...)}
}

func call(party, number string, at int64, o record.Outcome, r ...int64) record.Attempt {
	a := leg(party, number, at, o, r...)
	a.Inbound = false
	return a
}

// told writes ledgers as lines.
func told(list []ledger.Ledger) string {
	var b strings.Builder
	for _, l := range list {
		fmt.Fprintf(&b, "%s dials %s:", l.Caller, l.Number)
		for _, g := range l.Legs {
			if !g.Tried {
				fmt.Fprintf(&b, " %s not;", g.Party)
				continue
			}
			fmt.Fprintf(&b, " %s at %v %v", g.Party, g.At, g.Outcome)
			for _, r := range g.Responses {
				fmt.Fprintf(&b, " %d", r.Code)
			}
			fmt.Fprintf(&b, " in %v, next in %v;", g.Answer, g.Next)
		}
		fmt.Fprintf(&b, " got %d in %v\n", l.Final, l.After)
	}
	return b.String()
}

func TestOf(t *testing.T) {
	plan := []record.Route{{Prefix: "8", Targets: []string{"east"}}, {Prefix: "7", Targets: []string{"south", "east"}}}
	for _, c := range []struct {
		name     string
		attempts []record.Attempt
		want     string
	}{
		{
			"a silent first target, then one that answers",
			[]record.Attempt{
				leg("trunk south", "7000", 1*s, record.Pending),
				leg("trunk east", "7000", 3*s, record.Answered, 4*s, 180, 5*s, 200),
				call("trunk west", "7000", 1*s, record.Answered, 1*s, 100, 4*s, 180, 5*s, 200),
			},
			"trunk west dials 7000: trunk south at 0s pending in 0s, next in 2s; trunk east at 2s answered 180 200 in 2s, next in 0s; got 200 in 4s\n",
		},
		{
			"a first target that refuses, and a second that is not tried",
			[]record.Attempt{
				call("trunk west", "7000", 1*s, record.Rejected, 2*s, 503),
				leg("trunk south", "7000", 1*s, record.Rejected, 2*s, 503),
			},
			"trunk west dials 7000: trunk south at 0s rejected 503 in 1s, next in 0s; east not; got 503 in 1s\n",
		},
		{
			"a first target at which nothing arrived",
			[]record.Attempt{call("w", "7000", 0, record.Answered, s, 200), leg("trunk east", "7000", s, record.Answered, s, 200)},
			"w dials 7000: trunk east at 1s answered 200 in 0s, next in 0s; south not; got 200 in 1s\n",
		},
		{
			"a number that was changed on the way",
			[]record.Attempt{call("w", "99", 0, record.Pending), leg("a", "1", s, record.Pending), leg("b", "2", 2*s, record.Pending)},
			"w dials 99: a at 1s pending in 0s, next in 1s; b at 2s pending in 0s, next in 0s; got 0 in 0s\n",
		},
		{
			"two calls at once keep their own legs",
			[]record.Attempt{
				call("w", "7000", 0, record.TimedOut), call("v", "7001", s, record.TimedOut),
				leg("trunk south", "7000", 2*s, record.Pending), leg("trunk south", "7001", 3*s, record.Pending),
				leg("trunk east", "7001", 4*s, record.Pending), leg("trunk east", "7000", 5*s, record.Pending),
			},
			"w dials 7000: trunk south at 2s pending in 0s, next in 3s; trunk east at 5s pending in 0s, next in 0s; got 0 in 0s\n" +
				"v dials 7001: trunk south at 2s pending in 0s, next in 1s; trunk east at 3s pending in 0s, next in 0s; got 0 in 0s\n",
		},
		{
			"one target, one leg: no ledger",
			[]record.Attempt{call("w", "8000", 0, record.Answered, s, 200), leg("trunk east", "8000", 0, record.Answered, s, 200)},
			"",
		},
		{"a call of another scenario", []record.Attempt{{Scenario: 1, To: "7000"}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := &record.Run{Site: record.Site{Routing: plan}, Attempts: c.attempts}
			if got := told(ledger.Of(run, 0)); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestCancelledLegSaysWhen(t *testing.T) {
	a := leg("south", "7000", 0, record.Abandoned, s, 180)
	a.CancelAt = 2 * s
	run := &record.Run{Attempts: []record.Attempt{call("w", "7000", 0, record.Pending), a, leg("east", "7000", 3*s, record.Pending)}}
	l := ledger.Of(run, 0)
	if len(l) != 1 || !l[0].Legs[0].Cancelled || l[0].Legs[0].Answer != 2*time.Second || l[0].Rule != nil {
		t.Errorf("got %+v", l)
	}
}
