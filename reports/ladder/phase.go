package ladder

import "strings"

// The phases of a call that is watched.
const (
	Asking      = "Who is bound to the account? Nobody is displaced"
	Registering = "Registration"
	Removing    = "Registrations are removed"
	Calling     = "Call"
)

// Phase names what a request belongs to; empty for a response, which belongs to
// what its request does.
func Phase(raw string) string {
	switch {
	case strings.HasPrefix(raw, "SIP/2.0 "):
		return ""
	case !strings.HasPrefix(raw, "REGISTER "):
		return Calling
	}
	contact, expires := "", ""
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n")[1:] {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "contact", "m":
			contact = strings.TrimSpace(value)
		case "expires":
			expires = strings.TrimSpace(value)
		}
	}
	_, own, found := strings.Cut(strings.ToLower(contact), ";expires=")
	if own, _, _ = strings.Cut(own, ";"); found {
		expires = strings.TrimSpace(own)
	}
	switch { // RFC 3261 §10.2.2 and §10.2.3
	case contact == "":
		return Asking
	case expires == "0":
		return Removing
	}
	return Registering
}
