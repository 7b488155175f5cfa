package diagnosis_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// formRows: what messages have to say, whatever they are about.
func formRows() []row {
	east := in(leg("east", "8000", record.Answered, 180, 200))
	lacking := func(message, field string) check.Evidence {
		a := seen(leg("west", "8000", record.Answered, 180, 200), func(a *record.Attempt) {
			a.Lacks = []record.Lack{{Message: message, Field: field}}
		})
		return of(check.Evidence{Caller: a, Called: east})
	}
	return []row{
		{"200 without Contact", "dialog.contact", lacking("200 to INVITE", "Contact"), record.CauseSignalling},
		{"a change under the same version", "offer.origin", of(check.Evidence{Caller: seen(leg("west", "8000", record.Answered, 180, 200), func(a *record.Attempt) {
			a.Described = []record.Description{{Message: "200 to INVITE", Session: "- 9", Version: 4, Rest: "a1"}, {Message: "INVITE", Session: "- 9", Version: 4, Rest: "b2"}}
		}), Called: east}), record.CauseSignalling},
		{"offer without its type", "message.typed", lacking("INVITE", "Content-Type"), record.CauseSignalling},
	}
}
