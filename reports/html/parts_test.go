package html_test

import (
	"fmt"
	stdhtml "html"
	"regexp"
	"strings"
	"testing"

	"ringproof/reports/record"
)

var (
	tag   = regexp.MustCompile(`<[^>]*>`)
	blank = regexp.MustCompile(`\s+`)
)

// words gives what a reader sees of a piece of the page.
func words(piece string) string {
	return strings.TrimSpace(blank.ReplaceAllString(stdhtml.UnescapeString(tag.ReplaceAllString(piece, " ")), " "))
}

// section gives a section of the page by its id.
func section(t *testing.T, page, id string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `id="`+id+`"`)
	if !ok {
		t.Fatalf("the page has no section %s", id)
	}
	piece, _, _ := strings.Cut(rest, "</section>")
	return piece
}

// lines gives a table's rows in words.
func lines(piece string) (out []string) {
	for _, r := range strings.Split(piece, "<tr")[1:] {
		_, r, _ = strings.Cut(r, ">")
		r, _, _ = strings.Cut(r, "</tr>")
		out = append(out, words(r))
	}
	return out
}

func want(t *testing.T, what string, got []string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		found := false
		for _, g := range got {
			found = found || g == w
		}
		if !found {
			t.Errorf("%s: no line %q in\n%s", what, w, strings.Join(got, "\n"))
		}
	}
}

func TestChecklistSaysOfEachRequirementHowItEnded(t *testing.T) {
	got := lines(section(t, render(t, mixed()), "checklist"))
	want(
		t, "checklist", got,
		"Calls 1 of 3 passed Calls are carried.",
		"The second target answers fallback passed",
		"A caller gives up passed when repeated, after: no CANCEL came cancel flaky",
		"Two phones unprovable: no accounts Waived by A. Customer: no phones at this site reg.audio waived",
		"More calls 0 of 3 passed",
		"Busy unprovable: one trunk busy skipped",
		"Late 1 the run was interrupted late.1 not run",
	)
	if n := len(got); n != 1+2+6 {
		t.Errorf("%d lines, want a head, two features and six requirements: a repetition is none", n)
	}
}

func TestWhatWasNotProvedIsListedByReason(t *testing.T) {
	want(
		t, "not proved", lines(section(t, render(t, mixed()), "unproved")),
		"flaky cancel passed when repeated, after: no CANCEL came",
		"waived reg.audio unprovable: no accounts Waived by A. Customer: no phones at this site",
		"skipped busy unprovable: one trunk",
		"not run late.1 , late.2 the run was interrupted",
	)
	run := mixed()
	run.Scenarios = run.Scenarios[:1]
	if strings.Contains(render(t, run), "not proved</h2>") {
		t.Error("the section is there with nothing in it")
	}
}

func TestAWaiverExcusesNoFailure(t *testing.T) {
	run := mixed()
	run.Scenarios[2].Status = record.Failed
	got := lines(section(t, render(t, run), "checklist"))
	want(t, "checklist", got, "Two phones unprovable: no accounts reg.audio failed")
}

func TestAFlakyScenarioStaysFlakyThoughItIsWaived(t *testing.T) {
	run := mixed()
	run.Site.Waivers[0].Scenario = "cancel"
	want(
		t, "checklist", lines(section(t, render(t, run), "checklist")),
		"A caller gives up passed when repeated, after: no CANCEL came Waived by A. Customer: no phones at this site cancel flaky",
		"Two phones unprovable: no accounts reg.audio skipped",
	)
}

func TestLedgerOfAFallback(t *testing.T) {
	page := section(t, render(t, mixed()), "evidence")
	want(
		t, "ledger", lines(page),
		"trunk south 0.010 s nothing: silence 1.00 s",
		"trunk east 1.010 s 180 Ringing, 200 OK, after 490 ms –",
		"north – no INVITE arrived there –",
		"trunk west got 100 Trying, 200 OK; answered after 1.50 s",
	)
}

func TestFirewallPolicyIsHeldAgainstWhatWasSeen(t *testing.T) {
	want(
		t, "firewall", lines(section(t, render(t, mixed()), "site")),
		"trunk west 127.0.0.11 pbx 127.0.0.1 SIP over UDP 5060 1 message, port 5060",
		"trunk west 127.0.0.11 pbx 127.0.0.1 SIP over TCP 5060 nothing",
		"trunk west 127.0.0.11 pbx 127.0.0.1 RTP over UDP as told in SDP 50 packets, port 30000",
		"trunk east 127.0.0.12 10.9.9.9 RTP over UDP port 30002 50 packets, port 30002 not in the policy",
	)
}

func TestAddressThatCannotBeReachedIsAFlowToo(t *testing.T) {
	run := mixed()
	run.Streams[1].Sent = 0
	want(
		t, "firewall", lines(section(t, render(t, run), "site")),
		"trunk east 127.0.0.12 10.9.9.9 RTP over UDP port 30002 0 packets, port 30002 not in the policy",
	)
	run.Streams[1].SendError = "" // nothing was to be sent
	if got := section(t, render(t, run), "site"); strings.Contains(got, "10.9.9.9") {
		t.Error("a flow that nobody wanted")
	}
}

func TestPacketsOfTwoSourcesAreNotCountedTwice(t *testing.T) {
	run := mixed()
	run.Streams[0].Sources = append(run.Streams[0].Sources, at("10.9.9.8:30000"))
	want(
		t, "firewall", lines(section(t, render(t, run), "site")),
		"127.0.0.1 trunk west 127.0.0.11 RTP over UDP port 40000 port 40000 not in the policy",
		"10.9.9.8 trunk west 127.0.0.11 RTP over UDP port 40000 port 40000 not in the policy",
	)
}

var rect = regexp.MustCompile(`<rect class="([a-z]+)" x="([0-9.]+)" y="1" width="([0-9.]+)" height="10"><title>([^<]*)`)

func TestTimelineShowsWhatWasHeardWhenAndTheGaps(t *testing.T) {
	var got []string
	for _, m := range rect.FindAllStringSubmatch(render(t, mixed()), -1) {
		got = append(got, strings.Join(m[1:], " "))
	}
	wanted := []string{ // of a call from 2.5 to 3.5 s
		"voice 0.0 200.0 trunk east for 200 ms",
		"gap 200.0 300.0 nobody for 300 ms",
		"broken 500.0 500.0 trunk east for 500 ms, 20 % of it",
		"gap 0.0 1000.0 nobody for 1.00 s",
	}
	if fmt.Sprint(got) != fmt.Sprint(wanted) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(wanted, "\n"))
	}
}

func TestOwnVoiceIsNotShownAsTheOthers(t *testing.T) {
	run := mixed()
	run.Streams[0].Heard[0].Voice = "trunk west"
	if !strings.Contains(render(t, run), `<rect class="echo" x="0.0"`) {
		t.Error("an echo is drawn as the other's voice")
	}
}

func TestRetransmissionsAreFolded(t *testing.T) {
	page := section(t, render(t, mixed()), "evidence")
	if !strings.Contains(words(page), "INVITE 7000 again INVITE sip:7000") || !strings.Contains(words(page), "… and so 3 times, until 0.610 s") {
		t.Errorf("got %s", words(page))
	}
	if n := strings.Count(page, "<pre>INVITE"); n != 5 {
		t.Errorf("%d INVITEs in the ladder, want all 5", n)
	}
}

func TestSiteRunAndSignatures(t *testing.T) {
	page := render(t, mixed())
	site := lines(section(t, page, "site"))
	want(
		t, "site", site,
		"pbx under test behind: a NAT A PBX 1.2 udp:127.0.0.1:5060 pbx.example",
		"west 127.0.0.11:5060 6000-6099 its address, which is trusted",
		"alice 2001 127.0.0.21 a file, passwords/alice",
		"7 south, then east, then north 1.00 s 7000-7009",
		"reg.audio no phones at this site A. Customer",
	)
	for id, text := range map[string]string{
		"site": "A caller is told of a busy callee by 486 or 600",
		"run":  "To repeat it ringproof run site.yaml --seed 42 Tool ringproof test Seed 42 Profile site.yaml Machine Debian 12, kernel 6.1.0, amd64, 4 CPUs Built with go1.26 Clock tsc, synchronised to within 2ms Time zone UTC",
		"sign": "with the seed 42 , came to INCOMPLETE",
	} {
		if got := words(section(t, page, id)); !strings.Contains(got, text) {
			t.Errorf("%s: no %q in %q", id, text, got)
		}
	}
}

// Nothing in a name can break out of the style, or be lost there.
func TestPrintedMarginsCarryAnyName(t *testing.T) {
	page := render(t, mixed())
	_, margins, _ := strings.Cut(page, "<style>@page { @top-left { content: ")
	got, _, _ := strings.Cut(margins, "}")
	if want := `"HQ\3a  \22 Main\22  \3c \2f style\3e  \26  carrier" `; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if strings.Contains(page, "ZgotmplZ") {
		t.Error("the template refused something")
	}
}

// large has as many scenarios as a whole acceptance: two rows for each of 40
// ids, in four features, of which three failed.
func large() *record.Run {
	run := &record.Run{Schema: 1, Verdict: record.NotAccepted, Why: "failed: three"}
	for i := range 80 {
		s := record.Scenario{
			Index: i, ID: fmt.Sprintf("id.%d", i/2), Name: fmt.Sprintf("Requirement %d, row %d", i/2, i%2),
			Feature: fmt.Sprintf("%d0_feature_%d.feature", i/20, i/20), Try: 1, Start: int64(i) * ms, End: int64(i+1) * ms, Status: record.Passed,
		}
		if i%30 == 5 {
			s.Status, s.Why = record.Failed, "One-way audio."
			run.Findings = append(run.Findings, record.Finding{Scenario: i, Cause: record.CauseMedia, Why: "One-way audio.", ToDo: "Look."})
		}
		run.Scenarios = append(run.Scenarios, s)
		run.Checks = append(run.Checks, record.Check{Scenario: i, Title: "A voice is heard", Verdict: record.Pass})
	}
	return run
}

func TestManyScenariosStayReadable(t *testing.T) {
	page := render(t, large())
	open := regexp.MustCompile(`<details class="scenario ([a-z-]+)" open>`).FindAllStringSubmatch(page, -1)
	if len(open) != 3 {
		t.Errorf("%d scenarios are open, want the 3 that failed", len(open))
	}
	for _, m := range open {
		if m[1] != "failed" {
			t.Errorf("an open one has %s", m[1])
		}
	}
	check := section(t, page, "checklist")
	if groups, rows := strings.Count(check, `class="group"`), strings.Count(check, `href="#s`); groups != 4 || rows != 80 {
		t.Errorf("%d groups and %d links in the checklist, want 4 and 80", groups, rows)
	}
	causes := section(t, page, "causes")
	if n := strings.Count(causes, "<article"); n != 1 || strings.Count(causes, `href="#s`) != 3 {
		t.Errorf("%d causes, want one that names its three scenarios", n)
	}
	leadSomewhere(t, page)
}

func TestAReportOfACallIsNotTakenForAnAcceptance(t *testing.T) {
	run := mixed()
	run.Kind, run.Verdict, run.Why = record.OneCall, record.Worked, "1 scenarios passed"
	page := render(t, run)
	head, _, _ := strings.Cut(page, "</header>")
	if got := words(head); !strings.Contains(got, "Report of a call, not of an acceptance") || !strings.Contains(got, "WORKED What was tried works. It is no acceptance") {
		t.Errorf("got %q", got)
	}
	if strings.Contains(page, `id="sign"`) || strings.Contains(page, "#sign") {
		t.Error("there is something to sign")
	}
}

func TestWhatIsNotApplicableStandsApartFromWhatWasSkipped(t *testing.T) {
	run := mixed()
	for i := range 2 {
		run.Scenarios[3+i].ID = "busy"
	}
	run.Scenarios[3].Name = "Busy, in registration mode"
	run.Scenarios[4].Name, run.Scenarios[4].Status, run.Scenarios[4].Why = "Busy, in peer-to-peer mode", record.Skipped, "not applicable: no trunks"
	run.Scenarios[4].NotApplicable = true
	run.Site.Waivers[0].Scenario = "fallback"
	page := render(t, run)
	want(
		t, "checklist", lines(section(t, page, "checklist")),
		"More calls 0 of 2 passed, 1 not applicable",
		"Busy, in registration mode unprovable: one trunk busy skipped",
		"Busy, in peer-to-peer mode busy not applicable",
	)
	want(t, "not proved", lines(section(t, page, "unproved")), "skipped busy (in registration mode) unprovable: one trunk")
	want(t, "not applicable", lines(section(t, page, "without")), "not applicable busy (in peer-to-peer mode) not applicable: no trunks")
	if n := strings.Count(page, "<b>1</b> not applicable"); n != 1 {
		t.Errorf("the head counts it %d times, want once", n)
	}
	if got := words(section(t, page, "site")); !strings.Contains(got, "The waiver for fallback excused nothing: it passed.") {
		t.Errorf("the idle waiver is not named in %s", got)
	}
}

func TestFailuresAfterWhichTheSameIsToBeDoneStandTogether(t *testing.T) {
	run := large()
	run.Findings[1].Why = "One-way audio in another direction."
	again := run.Findings[0]
	again.Why = "One-way audio."
	run.Findings = append(run.Findings, again)
	run.Findings[2].ToDo = "Look elsewhere."
	got := words(section(t, render(t, run), "causes"))
	for _, want := range []string{
		"One-way audio. The first of 2 scenarios that come to the same. What to do. Look. id.2 Requirement 2, row 1 id.17 Requirement 17, row 1 One-way audio in another direction.",
		"One-way audio. What to do. Look elsewhere. id.32",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	run.Findings[0].Why, run.Findings[1].Why = "Sent to 192.0.2.1:4000.", "Sent to 192.0.2.1:4002."
	if got := section(t, render(t, run), "causes"); strings.Contains(got, "4002") {
		t.Error("two ports are taken for two things to be said")
	}
	if n := strings.Count(got, "What to do."); n != 2 {
		t.Errorf("what to do stands there %d times, want twice", n)
	}
}

func TestTheHeadCountsTheMusts(t *testing.T) {
	run := mixed()
	run.Checks = append(run.Checks, record.Check{Scenario: 3, Severity: record.Must, Verdict: record.Unprovable}, record.Check{Scenario: 3, Severity: record.Should, Verdict: record.Fail}, record.Check{Scenario: 6, Severity: record.Must, Verdict: record.Pass})
	head, _, _ := strings.Cut(render(t, run), "</header>")
	if got := words(head); !strings.Contains(got, "Must-checks 1 held, 1 failed, 1 not provable With ringproof test") {
		t.Errorf("got %q", got)
	}
}

// What keeps a run from acceptance stands before the long checklist.
func TestWhatIsWrongAndNotProvedComesFirst(t *testing.T) {
	page := render(t, mixed())
	at := func(id string) int { return strings.Index(page, `<section id="`+id+`"`) }
	if causes, unproved, list := at("causes"), at("unproved"), at("checklist"); causes < 0 || causes > unproved || unproved > list {
		t.Errorf("causes at %d, not proved at %d, checklist at %d", causes, unproved, list)
	}
}
