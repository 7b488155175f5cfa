package record_test

import (
	"reflect"
	"testing"

	"ringproof/reports/record"
)

// described has every field of a site that version 1 did not have at first.
func described() record.Site {
	more := []record.Setting{{Name: "n", Value: "v"}}
	return record.Site{
		Name: "Two sites", Profile: "site.yaml",
		Systems:    []record.System{{Name: "pbx", Address: "udp:127.0.0.1:5060", Domain: "pbx.example", Tested: true, More: more}},
		Trunks:     []record.Trunk{{Name: "west", Address: "127.0.0.11:5060", Numbers: "6000-6099", Trusted: true, More: more}},
		Accounts:   []record.Account{{User: "alice", Number: "1001", Address: "127.0.0.21", Password: "a file", More: more}},
		Routing:    []record.Route{{Prefix: "7", Targets: []string{"west", "east"}, Guard: 1e9, Numbers: "7000-7009", More: more}, {Prefix: "70", Targets: []string{"east"}}},
		NeverDial:  []string{"110"},
		Firewall:   []record.Flow{{From: "trunk west", FromAddr: "127.0.0.11", To: "pbx", ToAddr: "127.0.0.1", Protocol: "UDP", Ports: "5060", Purpose: "SIP"}},
		Thresholds: more, Expected: more,
		Waivers: []record.Waiver{{Scenario: "busy", Reason: "r", By: "b"}},
	}
}

func TestSiteAndEnvironmentReadBackEqual(t *testing.T) {
	dir := t.TempDir()
	h := head()
	h.Environment = &record.Environment{OS: "linux", Arch: "amd64", Kernel: "6.1", Go: "go1.26", CPUs: 2, Clock: "tsc", Zone: "UTC"}
	h.Features = []record.Feature{{File: "10_calls.feature", Name: "Calls", Text: "Calls work."}}
	j, err := record.NewJournal(dir, h)
	if err != nil {
		t.Fatal(err)
	}
	j.Add(described())
	if _, err := j.Finish(record.Accepted, ""); err != nil {
		t.Fatal(err)
	}
	read, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(read.Site, described()) {
		t.Errorf("got  %+v\nwant %+v", read.Site, described())
	}
	if !reflect.DeepEqual(read.Environment, h.Environment) || !reflect.DeepEqual(read.Features, h.Features) {
		t.Errorf("got %+v, %+v", read.Environment, read.Features)
	}
}

func TestRouteOfANumberIsThatOfTheLongestPrefix(t *testing.T) {
	s := described()
	for number, want := range map[string]string{"7100": "7", "7000": "70", "8000": ""} {
		if r, ok := s.Route(number); r.Prefix != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v, want %q", number, r.Prefix, ok, want)
		}
	}
}

func TestWaiverAndTestedSystem(t *testing.T) {
	s := described()
	if w, ok := s.Waiver("busy"); !ok || w.By != "b" {
		t.Errorf("got %+v, %v", w, ok)
	}
	if _, ok := s.Waiver("cancel"); ok {
		t.Error("a waiver for what is not waived")
	}
	if got := s.Under(); len(got) != 1 || got[0].Name != "pbx" || len((&record.Site{}).Under()) != 0 {
		t.Errorf("got %+v", got)
	}
}
