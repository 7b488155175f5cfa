package ua_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ringproof/simulators/ua"
)

func TestTheAgentEnrols(t *testing.T) {
	const other, own = "sip:alice@10.0.0.9", "sip:alice@192.0.2.1:5060"
	rows := []struct {
		name, file string
		ask        ua.Enrolment
		code       int
		granted    int // seconds
		contacts   []string
		without    []string // must not stand in the request
	}{
		{"and is granted less than it asked for", "enrol-short", ua.Enrolment{Expires: time.Hour}, 200, 30, []string{other, own}, nil},
		{"and removes its contact by the contact's own expires", "enrol-by-contact", ua.Enrolment{ByContact: true}, 200, 0, []string{other}, []string{"\r\nExpires:"}},
		{"and asks alone", "enrol-query", ua.Enrolment{Query: true}, 200, 30, []string{other, own}, []string{"\r\nContact:", "\r\nExpires:"}},
		{
			"and binds all numbers of another account at once", "enrol-bulk",
			ua.Enrolment{User: "pbx", Username: "pbx", Password: "gold", Bulk: true, Expires: 2 * time.Hour},
			200, 7200,
			[]string{"sip:192.0.2.1:5060;bnc"},
			[]string{"\r\nContact: <sip:pbx@"},
		},
		{
			"and repeats what it read, and no more", "enrol-repeated",
			ua.Enrolment{Repeated: `Digest username="alice", response="read on the way"`, Expires: time.Minute},
			401, 0, nil, nil,
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			play(t, row.file, ua.Behaviour{}, func(t *testing.T, f *flow) {
				got, err := f.agent.Enrol(f.ctx, row.ask)
				if err != nil || got.Code != row.code || got.Granted != row.granted || !slices.Equal(got.Contacts, row.contacts) {
					t.Errorf("got %+v, %v, want %d, %d s granted, contacts %v", got, err, row.code, row.granted, row.contacts)
				}
				f.finish()
				for _, m := range f.journal.Snapshot().Messages {
					for _, w := range row.without {
						if m.Sent && strings.Contains(m.Raw, w) {
							t.Errorf("sent %q:\n%s", w, m.Raw)
						}
					}
				}
			})
		})
	}
}
