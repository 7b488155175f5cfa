package html_test

import (
	stdhtml "html"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"ringproof/internal/golden"
	"ringproof/reports/html"
	"ringproof/reports/record"
)

func load(t *testing.T) *record.Run {
	t.Helper()
	run, err := record.Read(filepath.Join("..", "testdata", "run"))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func render(t *testing.T, run *record.Run) string {
	t.Helper()
	var b strings.Builder
	if err := html.Render(&b, run); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A record of version 1, which said less, renders still.
func TestReportOfVersion1(t *testing.T) {
	golden.Compare(t, "testdata/v1.html", render(t, load(t)))
}

func TestReport(t *testing.T) {
	golden.Compare(t, "testdata/mixed.html", render(t, mixed()))
}

func TestReportOfAnEmptyRun(t *testing.T) {
	page := render(t, &record.Run{Schema: 1, Verdict: record.Interrupted})
	if !strings.Contains(page, "INTERRUPTED") || !strings.HasSuffix(strings.TrimSpace(page), "</html>") {
		t.Errorf("got\n%s", page)
	}
}

// It opens where there is no network, and runs nothing.
func TestReportRefersToNothingElsewhere(t *testing.T) {
	page := render(t, load(t)) + render(t, mixed())
	for _, bad := range []string{"http://", "https://", "<script", "<link", "<img", "<iframe", "url(", "@import", "javascript:", " onclick", " onload"} {
		if strings.Contains(strings.ToLower(page), bad) {
			t.Errorf("it has %q", bad)
		}
	}
	for _, ref := range regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(ref[1], "#") {
			t.Errorf("it refers to %q", ref[1])
		}
	}
}

func TestLinksLeadSomewhere(t *testing.T) {
	for _, page := range []string{render(t, load(t)), render(t, mixed())} {
		leadSomewhere(t, page)
	}
}

func leadSomewhere(t *testing.T, page string) {
	t.Helper()
	for _, ref := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if strings.Count(page, `id="`+ref[1]+`"`) != 1 {
			t.Errorf("#%s is there %d times", ref[1], strings.Count(page, `id="`+ref[1]+`"`))
		}
	}
}

func TestEveryMessageIsThereAndEscaped(t *testing.T) {
	run := load(t)
	page := render(t, run)
	text := stdhtml.UnescapeString(page)
	for _, m := range run.Messages {
		if !strings.Contains(text, strings.ReplaceAll(m.Raw, "\r", "")) && !strings.Contains(text, m.Raw) {
			t.Errorf("the message of %s at %d is not in the report", m.Party, m.At)
		}
	}
	for _, raw := range []string{"<script>", "alert(\"x\")", "<b>loudly", "<west>", "<Branch>", "To: <sip:"} {
		if strings.Contains(page, raw) {
			t.Errorf("%q is not escaped", raw)
		}
	}
}

// Whatever a remote party puts into a message stays text.
func FuzzRender(f *testing.F) {
	f.Add("INVITE sip:\"><img src=x>@x SIP/2.0\r\n\r\n", "</style><script>", "\x00\xff")
	f.Fuzz(func(t *testing.T, raw, party, why string) {
		run := &record.Run{Scenarios: []record.Scenario{{ID: party, Name: why, Status: record.Status(why)}}}
		run.Site.Name, run.Why = party, why
		run.Verdict, run.Features = record.Verdict(raw), []record.Feature{{File: "", Name: raw, Text: why}}
		run.Site.Routing = []record.Route{{Prefix: raw, Targets: []string{party, why}}}
		run.Site.Waivers = []record.Waiver{{Scenario: party, Reason: raw, By: why}}
		run.Messages = []record.Message{{Party: party, Raw: raw}}
		run.Events = []record.Event{{Party: party, Text: raw}}
		run.Findings = []record.Finding{{Why: why, ToDo: raw, Cause: record.Cause(party)}}
		var b strings.Builder
		if err := html.Render(&b, run); err != nil {
			t.Fatal(err)
		}
		plain := &record.Run{Scenarios: []record.Scenario{{ID: "a", Name: "a", Status: "a"}}}
		plain.Site.Name, plain.Why = "a", "a"
		plain.Verdict, plain.Features = "a", []record.Feature{{Name: "a"}}
		plain.Site.Routing = []record.Route{{Prefix: "a", Targets: []string{"a", "a"}}}
		plain.Messages = []record.Message{{Party: "a", Raw: "a"}}
		plain.Events = []record.Event{{Party: "a", Text: "a"}}
		plain.Findings = []record.Finding{{Why: "a", ToDo: "a", Cause: "a"}}
		var p strings.Builder
		if err := html.Render(&p, plain); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Count(b.String(), "<script"), strings.Count(p.String(), "<script"); got != want {
			t.Errorf("%d scripts", got)
		}
		if got, want := strings.Count(b.String(), "</style"), strings.Count(p.String(), "</style"); got != want {
			t.Errorf("%d ends of the style, want %d", got, want)
		}
		if strings.Contains(b.String(), "<img") {
			t.Error("an image came in")
		}
	})
}
