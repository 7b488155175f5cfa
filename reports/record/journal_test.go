package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"ringproof/internal/golden"
	"ringproof/reports/record"
)

func head() record.Run {
	return record.Run{
		Tool: "ringproof test", Started: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), Seed: 7, Command: "ringproof run site.yaml",
		Site: record.Site{Name: "Head"},
	}
}

// facts has one of each kind, every field filled.
func facts() []any {
	here, there := netip.MustParseAddrPort("127.0.0.21:5062"), netip.MustParseAddrPort("127.0.0.1:5060")
	return []any{
		record.Site{
			Name: "Two sites", Systems: []record.System{{Name: "pbx", Product: "A PBX 1", Address: "udp:127.0.0.1:5060", Tested: true}},
			Numbers: []string{"trunk west: 6000-6099"}, Routes: []string{"6 → west"}, Parties: []string{"trunk west at 127.0.0.11:5060"},
		},
		record.Scenario{
			Index: 0, ID: "peer.call", Name: "A call", Feature: "peer", Tags: []string{"@must"}, Try: 1, Start: 10, End: 90, Status: record.Failed, Why: "not heard",
			Steps: []record.Step{{Text: "west calls east", Status: record.Passed, Start: 11, End: 20}, {Text: "east hears west", Status: record.Failed, Error: "not heard", Start: 20, End: 80}},
		},
		record.Message{At: 12, Party: "west", Sent: true, Transport: "UDP", Local: here, Remote: there, Raw: "INVITE sip:8000@x SIP/2.0\r\nCSeq: 1 INVITE\r\n\r\nä"},
		record.Attempt{
			ID: "a1", Party: "west", CallID: "c", From: "6000", To: "8000", Start: 12, Outcome: record.Answered, AnsweredAt: 30,
			Responses: []record.Response{{At: 13, Code: 100, Reason: "Trying"}, {At: 30, Code: 200, Reason: "OK"}},
			CancelAt:  40, CancelCode: 481, ByeAt: 70, ByeSent: true, ByeCode: 200, Error: "none", Refused: true, Inbound: true,
		},
		record.Registration{Party: "phone", User: "1001", Start: 1, End: 2, Challenged: true, Code: 403, Reason: "Forbidden", Error: "x"},
		record.Stream{
			Attempt: "a1", Party: "west", Codec: "PCMA/8000", Local: here, Remote: there, Sent: 50, SendError: "e", Received: 49, Lost: 1, JitterMS: 0.125,
			Sources: []netip.AddrPort{there}, Heard: []record.Heard{{Voice: "east", From: 31, To: 60}},
		},
		record.Event{At: 15, Party: "east", Text: "rings"},
		record.Check{At: 80, ID: "media.heard-by-callee", Title: "t", Severity: record.Must, Verdict: record.Fail, Subject: "east", Measured: "nothing", Limit: "west's voice", Source: "RFC 3264 §5"},
		record.Finding{Check: "media.heard-by-callee", Cause: record.CauseMedia, Why: "One-way audio.", Evidence: []string{"west sent 50"}, ToDo: "Look."},
	}
}

// start opens a journal and adds facts to it.
func start(t *testing.T, dir string, facts []any, hidden ...string) *record.Journal {
	t.Helper()
	j, err := record.NewJournal(dir, head(), hidden...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range facts {
		j.Add(f)
	}
	return j
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestWhatWasWrittenReadsBackEqual(t *testing.T) {
	dir := t.TempDir()
	wrote, err := start(t, dir, facts()).Finish(record.NotAccepted, "1 check failed")
	if err != nil {
		t.Fatal(err)
	}
	read, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := asJSON(t, read), asJSON(t, wrote); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if read.Verdict != record.NotAccepted || read.Why != "1 check failed" || read.Schema != record.Schema || read.Ended <= 0 {
		t.Errorf("got %s, %q, schema %d, ended %d", read.Verdict, read.Why, read.Schema, read.Ended)
	}
	want := facts()
	for i, got := range []any{read.Site, read.Scenarios[0], read.Messages[0], read.Attempts[0], read.Registrations[0], read.Streams[0], read.Events[0], read.Checks[0], read.Findings[0]} {
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("got  %+v\nwant %+v", got, want[i])
		}
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 2 {
		t.Errorf("got %v, want run.json and events.jsonl alone", files)
	}
}

func TestJournalWithoutDirectoryIsTheSame(t *testing.T) {
	inMemory, err := start(t, "", facts()).Finish(record.Accepted, "")
	if err != nil {
		t.Fatal(err)
	}
	onDisk, err := start(t, t.TempDir(), facts()).Finish(record.Accepted, "")
	if err != nil {
		t.Fatal(err)
	}
	inMemory.Ended, onDisk.Ended = 0, 0
	if got, want := asJSON(t, inMemory), asJSON(t, onDisk); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFactsBelongToTheScenarioEntered(t *testing.T) {
	j := start(t, "", nil)
	for _, i := range []int{2, 0} {
		j.Enter(i)
		j.Add(record.Check{ID: "a"})
		j.Add(record.Finding{Check: "a"})
		j.Add(record.Message{})
		j.Add(record.Scenario{Index: i, ID: fmt.Sprint(i), Status: record.Passed})
	}
	run := j.Snapshot()
	if len(run.Scenarios) != 3 || run.Scenarios[1].Status != record.NotRun || run.Scenarios[1].Index != 1 || run.Scenarios[2].ID != "2" || run.Scenarios[0].ID != "0" {
		t.Errorf("got scenarios %+v, want the one between as not run", run.Scenarios)
	}
	if run.Messages[0].Scenario != 2 || run.Messages[1].Scenario != 0 {
		t.Errorf("got messages %+v", run.Messages)
	}
	if c, f := run.ChecksOf(2), run.Of(2); len(c) != 1 || len(f) != 1 {
		t.Errorf("got checks %+v and findings %+v of scenario 2", c, f)
	}
	j.Add(record.Scenario{Index: 1, ID: "later"})
	if run.Scenarios[1].ID == "later" {
		t.Error("a snapshot changed after it was taken")
	}
}

func TestKilledRunReads(t *testing.T) {
	for _, c := range []struct {
		name string
		cut  int // bytes off the journal's end
		want int // messages
	}{
		{"between two lines", 0, 3},
		{"in the middle of a line", 20, 2},
		{"before the line's end", 1, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			m := facts()[2]
			start(t, dir, []any{facts()[0], facts()[1], m, m, m}) // never finished
			path := filepath.Join(dir, record.JournalFile)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b[:len(b)-c.cut], 0o600); err != nil {
				t.Fatal(err)
			}
			run, err := record.Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			if run.Verdict != record.Interrupted || run.Why == "" {
				t.Errorf("got %s, %q; want it interrupted", run.Verdict, run.Why)
			}
			if run.Site.Name != "Two sites" || run.Seed != 7 || run.Scenarios[0].ID != "peer.call" || len(run.Messages) != c.want {
				t.Errorf("got %d messages in %+v", len(run.Messages), run)
			}
		})
	}
}

func TestRunKilledWhileItWasWrittenDownReads(t *testing.T) {
	dir := t.TempDir()
	start(t, dir, facts())
	if err := os.WriteFile(filepath.Join(dir, record.RunFile+".part"), []byte(`{"schema": 1, "to`), 0o600); err != nil {
		t.Fatal(err)
	}
	if run, err := record.Read(dir); err != nil || run.Verdict != record.Interrupted {
		t.Errorf("got %+v, %v", run, err)
	}
}

func TestNewRunReplacesTheOldOne(t *testing.T) {
	dir := t.TempDir()
	if _, err := start(t, dir, facts()).Finish(record.Accepted, ""); err != nil {
		t.Fatal(err)
	}
	start(t, dir, nil) // and is killed
	run, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if run.Verdict != record.Interrupted || len(run.Messages) != 0 {
		t.Errorf("got %s with %d messages: the old run stands for the new one", run.Verdict, len(run.Messages))
	}
}

func TestARecordOfAnotherKindIsKept(t *testing.T) {
	dir := t.TempDir()
	if _, err := start(t, dir, facts()).Finish(record.Accepted, ""); err != nil {
		t.Fatal(err)
	}
	_, err := record.NewJournal(dir, record.Run{Kind: record.AProbe, Started: time.Now()})
	var kind *record.KindError
	if !errors.As(err, &kind) || kind.Has != "" || kind.Want != record.AProbe {
		t.Errorf("got %v, want that a probe does not replace a run of the suite", err)
	}
	if run, err := record.Read(dir); err != nil || run.Verdict != record.Accepted || len(run.Messages) == 0 {
		t.Errorf("got %+v, %v: the record was touched", run, err)
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"a directory without a run", "", "", "no record"},
		{"a run of a later schema", record.RunFile, `{"schema": 2}`, "schema 2: this program reads 1 to 1"},
		{"a run without a schema", record.RunFile, `{}`, "schema 0"},
		{"what is no JSON", record.RunFile, `<html>`, "run.json"},
		{"a journal of a later schema", record.JournalFile, `{"run":{"schema":2}}`, "schema 2: this program reads 1 to 1"},
		{"an empty journal", record.JournalFile, "", "no run in it"},
		{"a journal whose head was cut", record.JournalFile, `{"run":{"sche`, "no run in it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if c.file != "" {
				if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			run, err := record.Read(dir)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %+v, %v; want an error with %q", run, err, c.want)
			}
		})
	}
}

func TestHiddenSecretsReachNoFile(t *testing.T) {
	for _, c := range []struct{ name, secret string }{
		{"a plain one", "correct-horse"},
		{"one of digits, which times may hold too", "100100"},
		{"one that is called like a field", "scenario"},
		{"one with quotes at its end", `so"called"`},
		{"one that JSON escapes", `<a&b>\ü` + "\t!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			j := start(t, dir, nil, "short", c.secret)
			j.Add(record.Scenario{Index: 0, ID: "a", Why: "it said " + c.secret, Start: 100100100})
			j.Add(record.Event{At: 100100100, Text: c.secret + c.secret + " and short"})
			j.Add(record.Message{At: 100100, Raw: "X: " + c.secret})
			run, err := j.Finish(record.Invalid, "because of "+c.secret)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []string{record.RunFile, record.JournalFile} {
				b, err := os.ReadFile(filepath.Join(dir, f))
				if err != nil {
					t.Fatal(err)
				}
				for _, text := range texts(t, b) {
					if strings.Contains(text, c.secret) {
						t.Errorf("%s: %q is in %q", f, c.secret, text)
					}
				}
			}
			if strings.Contains(run.Why, c.secret) || strings.Contains(run.Events[0].Text, c.secret) || strings.Contains(run.Scenarios[0].Why, c.secret) {
				t.Errorf("the run that is returned has it: %+v", run)
			}
			read, err := record.Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			if read.Events[0].At != 100100100 || read.Scenarios[0].Start != 100100100 || !strings.HasSuffix(read.Events[0].Text, " and short") {
				t.Errorf("more than the secret was struck out: %+v, %+v", read.Events, read.Scenarios)
			}
		})
	}
}

// texts gives every string value of one or more JSON documents.
func texts(t *testing.T, b []byte) []string {
	t.Helper()
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, x := range v {
				walk(x)
			}
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	for d := json.NewDecoder(bytes.NewReader(b)); d.More(); {
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		walk(v)
	}
	return out
}

func TestSecretThatStartsWithAnotherGoesWhole(t *testing.T) {
	j := start(t, "", nil, "secret", "secret-and-more")
	j.Add(record.Event{Text: "secret-and-more, secret"})
	if got, want := j.Snapshot().Events[0].Text, "xxxxxxxxxxxxxxx, xxxxxx"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMessagesAreRedactedBeforeAnybodySeesThem(t *testing.T) {
	j := start(t, t.TempDir(), nil)
	var traced []string
	j.Trace(func(m record.Message) { traced = append(traced, m.Raw) })
	j.Add(record.Message{Raw: `response="abc"`})
	if want := `response="xxx"`; len(traced) != 1 || traced[0] != want || j.Snapshot().Messages[0].Raw != want {
		t.Errorf("traced %q, kept %q, want %q", traced, j.Snapshot().Messages[0].Raw, want)
	}
}

func TestAddSideBySide(t *testing.T) {
	dir := t.TempDir()
	j := start(t, dir, nil, "some-password")
	const adders, each = 8, 50
	var all sync.WaitGroup
	for i := range adders {
		all.Go(func() {
			for n := range each {
				j.Enter(i)
				j.Add(record.Message{At: int64(n), Party: fmt.Sprint(i), Raw: strings.Repeat("x", n)})
				j.Add(record.Event{At: j.Now(), Text: "some-password"})
				_ = j.Snapshot().Messages
			}
		})
	}
	all.Wait()
	if _, err := j.Finish(record.Accepted, ""); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, record.RunFile)); err != nil {
		t.Fatal(err)
	}
	run, err := record.Read(dir) // from the journal: no line is torn
	if err != nil {
		t.Fatal(err)
	}
	if len(run.Messages) != adders*each || len(run.Events) != adders*each {
		t.Errorf("got %d messages, %d events, want %d of each", len(run.Messages), len(run.Events), adders*each)
	}
	next := map[string]int64{}
	for _, m := range run.Messages {
		if m.At != next[m.Party] {
			t.Fatalf("party %s: message %d came where %d was due", m.Party, m.At, next[m.Party])
		}
		next[m.Party]++
	}
}

func TestTimesOfTheRunAreNeverZero(t *testing.T) {
	j := start(t, "", nil)
	if got := j.At(head().Started); got == 0 {
		t.Error("got 0, which means that something did not happen")
	}
	if got, want := j.At(head().Started.Add(time.Second)), int64(time.Second); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestAddOfWhatIsNoFactPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("got no panic")
		}
	}()
	start(t, "", []any{"text"})
}

// A run of schema 1 must read in every later version, field by field. Its
// files are written with -update only as long as schema 1 is the latest.
func TestVersion1AlwaysReads(t *testing.T) {
	dir := filepath.Join("testdata", "v1")
	killed := filepath.Join("testdata", "v1-killed")
	if golden.Update() && record.Schema == 1 {
		for _, d := range []string{dir, killed} {
			j := start(t, d, facts())
			if d == killed {
				continue
			}
			if _, err := j.Finish(record.NotAccepted, "1 check failed"); err != nil {
				t.Fatal(err)
			}
		}
	}
	for d, verdict := range map[string]record.Verdict{dir: record.NotAccepted, killed: record.Interrupted} {
		run, err := record.Read(d)
		if err != nil {
			t.Fatal(err)
		}
		if run.Verdict != verdict || run.Tool != "ringproof test" || run.Seed != 7 || !run.Started.Equal(head().Started) || run.Command != "ringproof run site.yaml" {
			t.Errorf("%s: got %+v", d, run)
		}
		want := facts()
		for i, got := range []any{run.Site, run.Scenarios[0], run.Messages[0], run.Attempts[0], run.Registrations[0], run.Streams[0], run.Events[0], run.Checks[0], run.Findings[0]} {
			if !reflect.DeepEqual(got, want[i]) {
				t.Errorf("%s: got  %+v\nwant %+v", d, got, want[i])
			}
		}
	}
}

func TestHeardForSumsOneVoice(t *testing.T) {
	s := record.Stream{Heard: []record.Heard{{Voice: "a", From: 10, To: 30}, {Voice: "b", From: 30, To: 31}, {Voice: "a", From: 40, To: 45}}}
	for voice, want := range map[string]time.Duration{"a": 25, "b": 1, "c": 0} {
		if got := s.HeardFor(voice); got != want {
			t.Errorf("%s: got %d ns, want %d", voice, got, want)
		}
	}
}

func TestFinalIsTheLastFinalResponse(t *testing.T) {
	for _, c := range []struct {
		name  string
		codes []int
		want  int
	}{
		{"none at all", nil, 0},
		{"provisional ones are not final", []int{100, 180}, 0},
		{"the last counts", []int{100, 401, 100, 200}, 200},
		{"a late provisional does not hide it", []int{100, 486, 180}, 486},
	} {
		var a record.Attempt
		for _, code := range c.codes {
			a.Responses = append(a.Responses, record.Response{Code: code})
		}
		if got := a.Final(); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}
