package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"ringproof/reports/record"
)

// identityRules: what the called party is shown, and who may call at all.
func identityRules() []Rule {
	return []Rule{
		{"identity.number", "The called number arrives in the form of the profile", record.Must, "RFC 3261 §16.6 step 2; profile: routes.strip, routes.prepend, routes.plus, trunks.called", identityNumber},
		{"identity.caller", "The caller's number arrives in the form of the profile", record.Must, "RFC 3261 §8.1.1.3; profile: trunks.caller", identityCaller},
		{"identity.asserted", "Who is trusted is told who calls, and nobody else", record.Must, "RFC 3325 §5; profile: trunks.identity", identityAsserted},
		{"identity.forged", "A phone's claim to be somebody else is not passed on", record.Must, "RFC 3325 §5", identityForged},
		{"identity.withheld", "A number that the caller wants kept is not shown to an untrusted trunk", record.Must, "RFC 3325 §7, RFC 3323 §5.3; profile: trunks.identity", identityWithheld},
		{"identity.kept-private", "Who is trusted with a number is told that it is to be kept", record.Must, "RFC 3325 §7, §9.3; profile: trunks.identity", identityKeptPrivate},
		{"call.untrusted", "A call from an address that nobody trusts is refused", record.Must, "RFC 3261 §26.1.1; profile: expect.untrusted", callUntrusted},
		{"call.forged", "A call that names a trunk's number from an address that nobody trusts is refused", record.Must, "RFC 3261 §26.1.2; profile: expect.untrusted", callUntrusted},
	}
}

func identityNumber(e Evidence) result {
	return result{
		when(e.Called.To == e.Wanted.Number), e.Caller.To, fmt.Sprintf("%s arrived at %s as %s", e.Caller.To, e.Called.Party, or(e.Called.To, "no number")),
		e.Wanted.Number,
	}
}

func identityCaller(e Evidence) result {
	return result{
		when(e.Called.From == e.Wanted.Caller), e.Caller.Party + " → " + e.Called.Party,
		"From names " + or(e.Called.From, "nobody"), e.Wanted.Caller,
	}
}

func identityAsserted(e Evidence) result {
	got := asserted(e.Called)
	want := []string{}
	if e.Wanted.Asserted != "" {
		want = append(want, e.Wanted.Asserted)
	}
	return result{
		when(slices.Equal(unique(got), want)), e.Caller.Party + " → " + e.Called.Party,
		"P-Asserted-Identity: " + or(strings.Join(got, ", "), "none"), or(strings.Join(want, ", "), "none"),
	}
}

func identityForged(e Evidence) result {
	shown := mentions(e.Called, e.Wanted.Forged)
	r := result{
		when(shown == ""), e.Caller.Party + " → " + e.Called.Party, shown,
		fmt.Sprintf("%s, which the caller asserts of itself, stands nowhere", e.Wanted.Forged),
	}
	if shown == "" {
		r.measured = "not shown; P-Asserted-Identity: " + or(strings.Join(asserted(e.Called), ", "), "none")
	}
	return r
}

func identityWithheld(e Evidence) result {
	shown := mentions(e.Called, e.Wanted.Secret)
	return result{
		when(shown == ""), e.Caller.Party + " → " + e.Called.Party, or(shown, "not shown"),
		fmt.Sprintf("%s stands in no header that names a caller", e.Wanted.Secret),
	}
}

// identityKeptPrivate: without the wish the next system shows the number, if
// it has it: who took it out has granted the wish itself, and it need not go
// on (RFC 3323 §5).
func identityKeptPrivate(e Evidence) result {
	got := ""
	if e.Called.Identity != nil {
		got = e.Called.Identity.Privacy
	}
	kinds := strings.FieldsFunc(strings.ToLower(got), func(r rune) bool { return r == ';' || r == ',' || r == ' ' })
	kept := slices.ContainsFunc(kinds, func(k string) bool { return k == "id" || k == "user" })
	shown := mentions(e.Called, e.Wanted.Secret)
	r := result{
		when(kept || shown == ""), e.Caller.Party + " → " + e.Called.Party, "Privacy: " + or(got, "none"),
		"Privacy: id, and " + e.Wanted.Secret + " not in From; or the number nowhere",
	}
	if !kept && shown != "" {
		r.measured += "; " + shown
	}
	if kept && e.Called.From == e.Wanted.Secret {
		r.verdict, r.measured = record.Fail, r.measured+"; From names "+e.Called.From
	}
	return r
}

// callUntrusted passes a refusal and a silence that reached nobody: many
// systems do not answer a stranger at all.
func callUntrusted(e Evidence) result {
	r := result{record.Fail, e.Caller.Party + " as " + e.Caller.From, outcome(e.Caller), "refused with " + list(e.Codes) + " or not answered at all, and nobody called"}
	switch {
	case e.Called != nil:
		r.measured += ", and the call reached " + e.Called.Party
	case len(e.Caller.Responses) == 0:
		r.verdict = record.Pass
	default:
		r.verdict = when(e.Caller.Outcome == record.Rejected && slices.Contains(e.Codes, e.Caller.Final()))
	}
	return r
}

func asserted(a *record.Attempt) []string {
	if a.Identity == nil {
		return nil
	}
	return a.Identity.Asserted
}

// named finds the user of a URI that has one, or the number of a tel URI.
var named = regexp.MustCompile(`(?i)\b(?:sips?:([^@;>,\s]+)@|tel:([^;>,\s]+))`)

// mentions gives the first header in which the number is named: as a user, or
// in the name before a URI.
func mentions(a *record.Attempt, number string) string {
	if a.Identity == nil {
		return "nothing is known of the headers"
	}
	bare := strings.TrimPrefix(number, "+")
	for _, h := range a.Identity.Shown {
		var words []string
		if name, _, ok := strings.Cut(h, "<"); ok {
			words = strings.FieldsFunc(name, func(r rune) bool { return r < '0' || r > '9' })
		}
		for _, m := range named.FindAllStringSubmatch(h, -1) {
			words = append(words, m[1]+m[2])
		}
		if slices.ContainsFunc(words, func(w string) bool { return strings.HasSuffix(w, bare) }) {
			return h
		}
	}
	return ""
}

func or(s, none string) string {
	if s == "" {
		return none
	}
	return s
}

func unique(list []string) []string {
	out := []string{}
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
