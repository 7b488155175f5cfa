package main

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/reports/record"
	"ringproof/steps"
)

// on gives a printer and what it has printed.
func on(columns int, live bool) (*printer, *strings.Builder) {
	var b strings.Builder
	p := newPrinter(&b)
	p.size, p.live = func() int { return columns }, live
	return p, &b
}

func busy(status record.Status) record.Scenario {
	return record.Scenario{ID: "busy", Name: "A busy callee is reported to the caller as busy, in registration mode", Feature: "10_calls.feature", Try: 1, Status: status, End: int64(12 * time.Millisecond)}
}

func TestNoLineIsLongerThanTheTerminalIsWide(t *testing.T) {
	f := record.Finding{
		Cause: record.CauseSignalling, Why: strings.Repeat("a response that was not passed on ", 7), ToDo: "Look at udp:[2001:db8::1]:5060/" + strings.Repeat("x", 90) + " and beyond.",
	}
	open := busy(record.Skipped)
	open.Index, open.Why = 1, strings.Repeat("the profile lacks what it needs ", 5)
	failed := busy(record.Failed)
	run := &record.Run{
		Verdict: record.NotAccepted, Why: "failed: " + strings.Repeat("busy, ", 40), Scenarios: []record.Scenario{failed, open, busy(record.Passed)}, Findings: []record.Finding{f},
		Checks: []record.Check{{Scenario: 2, Title: strings.Repeat("A check that ", 9), Measured: "nothing", Verdict: record.Unprovable}},
		Site:   record.Site{Waivers: []record.Waiver{{Scenario: "busy", Reason: strings.Repeat("they have none ", 9), By: "the customer"}}},
	}
	for _, columns := range []int{40, 80, 132} {
		p, b := on(columns, false)
		p.features = []record.Feature{{File: "10_calls.feature", Name: "Calls"}}
		p.scenario(failed, []record.Finding{f})
		p.scenario(open, nil)
		p.say("account 1001 is in use: " + strings.Repeat("sip:1001@192.0.2.1, ", 9))
		p.verdict(run, "out/report.html")
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > columns {
				t.Errorf("%d columns: a line of %d: %q", columns, n, line)
			}
		}
		for _, want := range []string{"Calls\n", "in registration mode\n", "    signalling: a response", "\nFailed\n  signalling ", "\nNot proved\n  waived ", "\nREJECTED failed: busy, "} {
			if columns >= 80 && strings.Count(b.String(), want) == 0 {
				t.Errorf("%d columns: no %q in\n%s", columns, want, b)
			}
		}
	}
}

func TestLinesAreWholeWhereThereIsNoTerminal(t *testing.T) {
	p, b := on(0, false)
	p.scenario(busy(record.Passed), nil)
	p.scenario(busy(record.Passed), nil)
	want := "10_calls.feature\n" + strings.Repeat("✓ busy                     12ms  A busy callee is reported to the caller as busy, in registration mode\n", 2)
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b, want)
	}
}

func TestFitKeepsWhatTellsRowsApart(t *testing.T) {
	for _, c := range []struct {
		text    string
		columns int
		want    string
	}{
		{"A busy callee, in registration mode", 0, "A busy callee, in registration mode"},
		{"A busy callee, in registration mode", 35, "A busy callee, in registration mode"},
		{"A busy callee, in registration mode", 34, "A busy call…, in registration mode"},
		{"A busy callee, in registration mode", 20, "A busy callee, in r…"},
		{"Für jeden, immer", 6, "Für j…"},
	} {
		if got := fit(c.text, c.columns); got != c.want {
			t.Errorf("%q in %d columns: got %q, want %q", c.text, c.columns, got, c.want)
		}
	}
}

func TestWhatFailsForTheSameReasonSaysWhatToDoOnce(t *testing.T) {
	p, b := on(0, false)
	f := []record.Finding{{Cause: record.CauseNAT, Why: "It was told a private address.", ToDo: "Set its address."}}
	p.scenario(busy(record.Failed), f)
	p.scenario(busy(record.Failed), f)
	if strings.Count(b.String(), "nat: It was told a private address.") != 2 || strings.Count(b.String(), "→ Set its address.") != 1 {
		t.Errorf("got\n%s", b)
	}
}

// What takes long is said: at once in a line that goes away, or, elsewhere,
// in one that stays, after a while.
func TestWhatTakesLongIsSaid(t *testing.T) {
	wait := steps.Doing{Scenario: busy(record.NotRun), Step: "the first registration has ended", AtMost: 62 * time.Second}
	const said = "… busy: the first registration has ended, at most 1m2s"
	synctest.Test(t, func(t *testing.T) {
		p, b := on(0, false)
		printed := func() string {
			p.mu.Lock()
			defer p.mu.Unlock()
			defer b.Reset()
			return b.String()
		}
		p.doing(wait)
		<-time.After(patience - 1)
		if got := printed(); got != "" {
			t.Errorf("said before it took long: %q", got)
		}
		<-time.After(2)
		synctest.Wait()
		if got := printed(); got != "10_calls.feature\n"+said+"\n" {
			t.Errorf("got %q, want %q under its feature", got, said)
		}
		short := wait
		short.AtMost = patience
		p.doing(short)
		<-time.After(2 * patience)
		p.doing(wait)
		p.scenario(busy(record.Passed), nil)
		p.doing(wait)
		p.verdict(&record.Run{}, "")
		<-time.After(2 * patience)
		synctest.Wait()
		if got := printed(); strings.Contains(got, "…") {
			t.Errorf("said of what has ended: %q", got)
		}
	})
	p, b := on(80, true)
	p.doing(steps.Doing{Scenario: busy(record.NotRun)})
	p.doing(wait)
	p.scenario(busy(record.Passed), nil)
	const wipe = "\r\x1b[K"
	want := fmt.Sprintf("… busy: %s%s%s%s", fit(busy("").Name, 71), wipe, said, wipe)
	if got, _, _ := strings.Cut(b.String(), "10_calls"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A call that is watched is in parts: who is asked, bound and removed before
// and after it stands apart from the call.
func TestAWatchedCallHasHeadings(t *testing.T) {
	p, b := on(0, false)
	p.ladder, p.flat = true, true
	for _, raw := range []string{
		"REGISTER sip:x SIP/2.0\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n",
		"REGISTER sip:x SIP/2.0\r\nContact: <sip:1@x>\r\n\r\n", "SIP/2.0 200 OK\r\n\r\n",
		"INVITE sip:2@x SIP/2.0\r\n\r\n", "REGISTER sip:x SIP/2.0\r\nContact: <sip:1@x>\r\nExpires: 0\r\n\r\n",
	} {
		p.message(record.Message{At: 1, Party: "phone 1", Sent: true, Raw: raw})
	}
	p.checks(&record.Run{Checks: []record.Check{{Title: "A phone is registered", Subject: "phone 1", Measured: "200 OK", Verdict: record.Pass}}})
	const at = "   0.000s  phone 1          ──► "
	want := "Who is bound to the account? Nobody is displaced\n" + at + "REGISTER\n" + at + "200 OK\nRegistration\n" + at + "REGISTER\n" + at + "200 OK\nCall\n" + at + "INVITE 2\nRegistrations are removed\n" + at + "REGISTER\nChecks\n  ✓ A phone is registered\n    phone 1: 200 OK\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b, want)
	}
}

func TestColoursAreForTerminalsWhoseUsersWantThem(t *testing.T) {
	p, b := on(80, false)
	p.scenario(busy(record.Passed), nil)
	if strings.Contains(b.String(), "\x1b") {
		t.Errorf("colours where there is no terminal: %q", b)
	}
	for _, c := range []struct {
		env          map[string]string
		colour, live bool
	}{
		{nil, true, true},
		{map[string]string{"NO_COLOR": "1"}, false, true},
		{map[string]string{"TERM": "dumb"}, false, false},
	} {
		p.adorn(func(name string) string { return c.env[name] })
		if p.colour != c.colour || p.live != c.live {
			t.Errorf("%v: colour %t, live %t", c.env, p.colour, p.live)
		}
	}
	p, b = on(80, false)
	p.colour = true
	p.scenario(busy(record.Passed), nil)
	if !strings.Contains(b.String(), "\x1b[32m✓\x1b[0m \x1b[2mbusy") {
		t.Errorf("what passed is not dim: %q", b)
	}
}

func TestTookStandsInItsColumns(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "<1ms", 12600 * time.Microsecond: "13ms", 999 * time.Millisecond: "999ms", 1234 * time.Millisecond: "1.2s",
		70 * time.Second: "1m10s", 2 * time.Minute: "2m0s", 11*time.Minute + 5*time.Second: "11m5s",
	} {
		if got := took(int64(d)); got != want || len(got) > tookColumns {
			t.Errorf("%s: got %q, want %q in %d columns", d, got, want, tookColumns)
		}
	}
}
