package load

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"ringproof/internal/numbering"
)

// ReadAccounts reads CSV lines of user, password, realm and number, of which
// the last two may be missing or empty. Lines that begin with # are comments.
// The error names every faulty line.
func ReadAccounts(name string, r io.Reader) ([]Account, error) {
	var out []Account
	first := map[string]int{}
	err := records(name, r, "user,password[,realm[,number]]", 2, 4, func(line int, f []string) error {
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

// ReadNumbers reads CSV lines whose first field is a number.
func ReadNumbers(name string, r io.Reader) ([]string, error) {
	var out []string
	err := records(name, r, "a number in the first field", 1, 1<<10, func(_ int, f []string) error {
		if f[0] == "" || !isUser(f[0]) {
			return fmt.Errorf("%q is no number: want digits, letters and any of %s", f[0], marks)
		}
		out = append(out, f[0])
		return nil
	})
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: want numbers, one a line", name)
	}
	return out, err
}

// records gives the fields of each line of a CSV file, and joins the faults.
func records(name string, r io.Reader, want string, least, most int, take func(line int, fields []string) error) error {
	c := csv.NewReader(r)
	c.Comment, c.FieldsPerRecord, c.TrimLeadingSpace = '#', -1, true
	var faults []error
	for len(faults) < 20 {
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
		if len(f) < least || len(f) > most {
			faults = append(faults, fmt.Errorf("%s:%d: %d fields: want %s", name, line, len(f), want))
		} else if err := take(line, f); err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", name, line, err))
		}
	}
	return errors.Join(append(faults, fmt.Errorf("%s: further faults are not shown", name))...)
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
