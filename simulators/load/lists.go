package load

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"ringproof/internal/numbering"
)

// ReadAccounts reads CSV lines of user, password, realm and number, of which
// the last two may be missing or empty. Lines that begin with # are comments,
// and the first may be a header: user,password. The error names every faulty line.
func ReadAccounts(name string, r io.Reader) ([]Account, error) {
	var out []Account
	first := map[string]int{}
	err := records(name, r, list{"user", "user,password[,realm[,number]]", 2, 4}, func(line int, f []string) error {
		a := Account{User: f[0], Password: f[1]}
		if len(f) > 2 {
			a.Realm = f[2]
		}
		if len(f) > 3 {
			a.Number = f[3]
		}
		if a.User == "" || !isUser(a.User) {
			return fmt.Errorf("%q is no user: want letters, digits and any of %s", a.User, marks)
		}
		if !isUser(a.Number) {
			return fmt.Errorf("%q is no number: want digits, letters and any of %s", a.Number, marks)
		}
		if was := first[a.User]; was > 0 {
			return fmt.Errorf("user %s stands in line %d already", a.User, was)
		}
		first[a.User] = line
		out = append(out, a)
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: want accounts, one a line: user,password[,realm[,number]]", name)
	}
	return out, err
}

// ReadNumbers reads CSV lines whose first field is a number; the first line may
// be a header, whose first field is "number".
func ReadNumbers(name string, r io.Reader) ([]string, error) { return readNumbers(name, r, false) }

// ReadUniqueNumbers refuses a number that stands there twice.
func ReadUniqueNumbers(name string, r io.Reader) ([]string, error) { return readNumbers(name, r, true) }

func readNumbers(name string, r io.Reader, unique bool) ([]string, error) {
	var out []string
	first := map[string]int{}
	err := records(name, r, list{"number", "a number in the first field", 1, 1 << 10}, func(line int, f []string) error {
		if f[0] == "" || !isUser(f[0]) {
			return fmt.Errorf("%q is no number: want digits, letters and any of %s", f[0], marks)
		}
		if was := first[f[0]]; unique && was > 0 {
			return fmt.Errorf("number %s stands in line %d already", f[0], was)
		}
		first[f[0]] = line
		out = append(out, f[0])
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: want numbers, one a line", name)
	}
	return out, err
}

// list is what the lines of a file are.
type list struct {
	header      string // the first field of a header, where there is one
	want        string // the fields of a line
	least, most int    // how many
}

// columns are names that the first column of a list may have, and hardly anybody
// that it is a list of.
var columns = []string{
	"account", "aor", "called", "callee", "caller", "did", "ext", "extension", "id", "msisdn", "name", "number", "numbers", "phone", "telephone", "user", "username", "users",
}

// secrets are names of the second column of accounts.
var secrets = []string{"pass", "passwd", "password", "pw", "secret"}

// heads tells whether the first line of a list is its header; one that this list
// does not have is an error.
func (l list) heads(f []string) (bool, error) {
	name := strings.ToLower(f[0])
	switch {
	case !slices.Contains(columns, name):
		return false, nil
	case l.least > 1 && (len(f) < 2 || !slices.Contains(secrets, strings.ToLower(f[1]))):
		return false, nil // somebody may be called so
	case name == l.header:
		return true, nil
	}
	return false, fmt.Errorf("%q is the name of a column: want %s, below a header that begins with %q or without one", f[0], l.want, l.header)
}

// records gives the fields of each line of a CSV file, and joins the faults.
func records(name string, r io.Reader, l list, take func(line int, fields []string) error) error {
	c := csv.NewReader(withoutMark(r))
	c.Comment, c.FieldsPerRecord, c.TrimLeadingSpace = '#', -1, true
	var faults []error
	for top := true; len(faults) < 20; top = false {
		f, err := c.Read()
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return errors.Join(faults...)
		case errors.As(err, &bad):
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, bad.Line, bad.Err))
			continue
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		}
		line, _ := c.FieldPos(0)
		for i := range f {
			f[i] = strings.TrimSpace(f[i])
		}
		if top {
			header, err := l.heads(f)
			if err != nil {
				faults = append(faults, fmt.Errorf("%s:%d: %w", name, line, err))
			}
			if header || err != nil {
				continue
			}
		}
		if len(f) < l.least || len(f) > l.most {
			faults = append(faults, fmt.Errorf("%s:%d: %d fields: want %s", name, line, len(f), l.want))
		} else if err := take(line, f); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
	return errors.Join(append(faults, fmt.Errorf("%s: further faults are not shown", name))...)
}

// withoutMark skips the byte order mark that some programs put before UTF-8.
func withoutMark(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\uFEFF" {
		_, _ = b.Discard(3) // it was peeked at
	}
	return b
}

// marks may stand in the user of a SIP URI as they are (RFC 3261 §25.1).
const marks = "-_.!~*'()&=+$,?/"

func isUser(s string) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && !strings.ContainsRune(marks, c) {
			return false
		}
	}
	return true
}

// Marks may stand in the user of a SIP URI as they are, besides letters and digits.
const Marks = marks + ";"

// IsUser tells whether a text may stand before the @ of a SIP URI (RFC 3261
// §25.1).
func IsUser(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%':
			if _, err := strconv.ParseUint(s[min(i+1, len(s)):min(i+3, len(s))], 16, 8); err != nil || i+2 >= len(s) {
				return false
			}
			i += 2
		case c != ';' && !isUser(s[i:i+1]):
			return false
		}
	}
	return s != ""
}

// IsDomain tells whether a text may stand behind the @: a host name or an
// address, and perhaps a port (RFC 3261 §25.1).
func IsDomain(s string) bool {
	host, port, cut := s, "", strings.LastIndexByte(s, ':')
	if cut > strings.LastIndexByte(s, ']') {
		host, port = s[:cut], s[cut+1:]
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return false
		}
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		a, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		return err == nil && a.Is6() && strings.HasSuffix(inner, "]")
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(host, "."), ".") {
		if label == "" || strings.Trim(label, "-") != label || strings.ContainsFunc(label, notOfALabel) {
			return false
		}
	}
	return true
}

func notOfALabel(c rune) bool {
	return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z')
}

// ParseNumbers reads "6000-6999" or "6000", and says how many those are. They
// are dealt out in turn.
func ParseNumbers(text string) (Numbers, uint64, error) {
	r, err := numbering.ParseRange(text)
	if err != nil {
		return nil, 0, err
	}
	first := r.At(0)
	if r.Len() == 1 {
		return One(first), 1, nil
	}
	cut := max(0, len(first)-18) // what Range counts in, and numbering.Range too
	if first[0] == '+' {
		cut = max(cut, 1)
	}
	n, err := strconv.ParseUint(first[cut:], 10, 64)
	if err != nil {
		return nil, 0, fmt.Errorf("%q: %w", text, err)
	}
	return Range(first[:cut], n, r.Len(), len(first)-cut), r.Len(), nil
}
