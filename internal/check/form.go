package check

import (
	"fmt"
	"strings"

	"ringproof/reports/record"
)

// formRules: what messages have to say, whatever they are about.
func formRules() []Rule {
	return []Rule{
		{"dialog.contact", "Who opens a dialog says where it is reached in it", record.Must, "RFC 3261 §8.1.1.8, §12.1.1", dialogContact},
		{"offer.origin", "A description that changes stays one of its session and has a higher version", record.Must, "RFC 3264 §8, RFC 8866 §5.2", offerOrigin},
		{"message.typed", "A body comes with its type", record.Must, "RFC 3261 §20.15", messageTyped},
	}
}

func dialogContact(e Evidence) result {
	return complete(e, "Contact", "one Contact in the INVITE, and one in the 2xx to it")
}

func messageTyped(e Evidence) result {
	return complete(e, "Content-Type", "a Content-Type in each message with a body")
}

// complete looks at what messages lack of a header field.
func complete(e Evidence, field, limit string) result {
	r := result{record.Pass, e.parties(), "nothing is missing", limit}
	if list := Lacking(e, field); len(list) > 0 {
		r.verdict, r.measured = record.Fail, strings.Join(list, "; ")
	}
	return r
}

// Lacking says which messages came without a header field that they had to
// have, or with more than one.
func Lacking(e Evidence, field string) (out []string) {
	for _, a := range e.legs() {
		for _, l := range a.Lacks {
			switch {
			case l.Field != field:
			case l.Count == 0:
				out = append(out, fmt.Sprintf("%s got %s without %s", a.Party, l.Message, l.Field))
			default:
				out = append(out, fmt.Sprintf("%s got %s with %d of %s", a.Party, l.Message, l.Count, l.Field))
			}
		}
	}
	return out
}

// offerOrigin looks at the descriptions that each party was given in its
// dialog. A version may be passed over: who stands between need not pass on
// every offer.
func offerOrigin(e Evidence) result {
	r := result{record.Pass, e.parties(), "", "one session id in a dialog, and a higher version for each change"}
	n := 0
	for _, a := range e.legs() {
		n += len(a.Described)
	}
	r.measured = fmt.Sprintf("%d descriptions, each with its version", n)
	if wrong := Misversioned(e); wrong != "" {
		r.verdict, r.measured = record.Fail, wrong
	}
	return r
}

// Misversioned says what is wrong with the o= line of the first description
// that does not follow on the one before; empty where all do.
func Misversioned(e Evidence) string {
	for _, a := range e.legs() {
		for i := 1; i < len(a.Described); i++ {
			before, now := a.Described[i-1], a.Described[i]
			what := fmt.Sprintf("%s got %s with o=%s %d", a.Party, now.Message, now.Session, now.Version)
			switch {
			case now.Session != before.Session:
				return fmt.Sprintf("%s after o=%s %d", what, before.Session, before.Version)
			case now.Version < before.Version:
				return fmt.Sprintf("%s after version %d", what, before.Version)
			case now.Version == before.Version && now.Rest != before.Rest:
				return what + ", changed under the version of before"
			}
		}
	}
	return ""
}

// legs gives those who are or were in the call.
func (e Evidence) legs() (out []*record.Attempt) {
	for _, a := range []*record.Attempt{e.Caller, e.Called, e.Transferor} {
		if a != nil {
			out = append(out, a)
		}
	}
	return out
}

func (e Evidence) parties() string {
	var names []string
	for _, a := range e.legs() {
		names = append(names, a.Party)
	}
	return strings.Join(names, ", ")
}
