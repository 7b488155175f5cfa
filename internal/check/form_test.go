package check_test

import (
	"ringproof/internal/check"
	"ringproof/reports/record"
)

// lacking is an attempt that got message without a header field, or with
// several of it.
func lacking(a *record.Attempt, message, field string, count int) *record.Attempt {
	return with(a, func(a *record.Attempt) {
		a.Lacks = append(a.Lacks, record.Lack{Message: message, Field: field, Count: count})
	})
}

func formRows() []row {
	west := func() *record.Attempt { return leg("west", "8000", record.Answered, 200) }
	east := func() *record.Attempt { return leg("east", "8000", record.Answered, 200) }
	e := func(caller, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: caller, Called: called})
	}
	described := func(list ...record.Description) check.Evidence {
		return e(west(), with(east(), func(a *record.Attempt) { a.Described = list }))
	}
	said := func(message, session string, version uint64, rest string) record.Description {
		return record.Description{Message: message, Session: session, Version: version, Rest: rest}
	}
	first := said("INVITE", "- 9", 4, "a1")
	const origin = "one session id in a dialog, and a higher version for each change"
	const contact, typed = "one Contact in the INVITE, and one in the 2xx to it", "a Content-Type in each message with a body"
	return []row{
		{"dialog.contact", "in both", e(west(), east()), record.Pass, "west, east", "nothing is missing", contact},
		{"dialog.contact", "in the INVITE alone", e(lacking(west(), "200 to INVITE", "Contact", 0), east()), record.Fail, "west, east", "west got 200 to INVITE without Contact", contact},
		{"dialog.contact", "two in the INVITE", e(west(), lacking(east(), "INVITE", "Contact", 2)), record.Fail, "west, east", "east got INVITE with 2 of Contact", contact},
		{"dialog.contact", "another field is missing", e(lacking(west(), "200 to INVITE", "Content-Type", 0), nil), record.Pass, "west", "nothing is missing", contact},
		{"offer.origin", "the version rises", described(first, said("INVITE", "- 9", 5, "b2")), record.Pass, "west, east", "2 descriptions, each with its version", origin},
		{"offer.origin", "one was passed over", described(first, said("UPDATE", "- 9", 7, "b2")), record.Pass, "west, east", "2 descriptions, each with its version", origin},
		{"offer.origin", "said again", described(first, first), record.Pass, "west, east", "2 descriptions, each with its version", origin},
		{"offer.origin", "a version without a change", described(first, said("INVITE", "- 9", 5, "a1")), record.Pass, "west, east", "2 descriptions, each with its version", origin},
		{"offer.origin", "a change without a version", described(first, said("INVITE", "- 9", 4, "b2")), record.Fail, "west, east", "east got INVITE with o=- 9 4, changed under the version of before", origin},
		{"offer.origin", "the version falls", described(first, said("INVITE", "- 9", 3, "b2")), record.Fail, "west, east", "east got INVITE with o=- 9 3 after version 4", origin},
		{"offer.origin", "another session", described(first, said("INVITE", "- 8", 5, "b2")), record.Fail, "west, east", "east got INVITE with o=- 8 5 after o=- 9 4", origin},
		{"message.typed", "all", e(west(), east()), record.Pass, "west, east", "nothing is missing", typed},
		{"message.typed", "not all", e(lacking(west(), "200 to INVITE", "Content-Type", 0), lacking(east(), "ACK", "Content-Type", 0)), record.Fail, "west, east", "west got 200 to INVITE without Content-Type; east got ACK without Content-Type", typed},
	}
}
