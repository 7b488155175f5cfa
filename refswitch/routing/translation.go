package routing

import "strings"

// Translation changes the form of a number.
type Translation struct {
	Strip   int    // digits to take off the front; a + before them goes too
	Prepend string // put before what is left
	Plus    Plus   // done last
}

// Plus says what becomes of the + that starts a number in the form of E.164.
type Plus string

// What becomes of a plus.
const (
	Keep   Plus = ""
	Add    Plus = "add"    // put one before a number without
	Remove Plus = "remove" // take it away
)

// Apply gives the number in its new form. What is no number, such as
// "anonymous" or nothing, stays as it is.
func (t Translation) Apply(number string) string {
	if !isNumber(number) {
		return number
	}
	if t.Strip > 0 {
		number = strings.TrimPrefix(number, "+")
		number = number[min(t.Strip, len(number)):]
	}
	number = t.Prepend + number
	switch bare := strings.TrimPrefix(number, "+"); t.Plus {
	case Add:
		return "+" + bare
	case Remove:
		return bare
	}
	return number
}

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "+")
	return s != "" && strings.Trim(s, "0123456789") == ""
}
