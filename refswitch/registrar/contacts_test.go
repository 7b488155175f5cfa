package registrar_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/refswitch/registrar"
)

const (
	first  = "Contact: <sip:1001@10.0.0.1:5062>"
	second = "Contact: <sip:1001@10.0.0.2:5062>"
)

func TestSeveralContacts(t *testing.T) {
	for _, c := range []struct {
		name string
		said [][]string // headers of each REGISTER
		want string     // bound, in the order in which they are tried
	}{
		{"the newest is tried first", [][]string{{first}, {second}}, "sip:1001@10.0.0.2:5062, sip:1001@10.0.0.1:5062"},
		{"renewed, the first is the newest", [][]string{{first}, {second}, {first}}, "sip:1001@10.0.0.1:5062, sip:1001@10.0.0.2:5062"},
		{"q goes before age", [][]string{{first + ";q=0.8"}, {second + ";q=0.3"}}, "sip:1001@10.0.0.1:5062, sip:1001@10.0.0.2:5062"},
		{"two in one request", [][]string{{first + ";q=0.1", second + ";q=0.2"}}, "sip:1001@10.0.0.2:5062, sip:1001@10.0.0.1:5062"},
		{"two in one header field", [][]string{{first + ";q=0.1, <sip:1001@10.0.0.2:5062>;q=0.2"}}, "sip:1001@10.0.0.2:5062, sip:1001@10.0.0.1:5062"},
		{"one is removed, the other stays", [][]string{{first}, {second}, {first + ";expires=0"}}, "sip:1001@10.0.0.2:5062"},
		{"all are removed", [][]string{{first}, {second}, {"Contact: *", "Expires: 0"}}, ""},
		{"5060 said and not said is one contact", [][]string{{"Contact: <sip:1001@10.0.0.1>"}, {"Contact: <SIP:1001@10.0.0.1:5060>"}}, "sip:1001@10.0.0.1:5060"},
		{"over TCP it is another contact", [][]string{{first}, {"Contact: <sip:1001@10.0.0.1:5062;transport=tcp>"}}, "sip:1001@10.0.0.1:5062;transport=tcp, sip:1001@10.0.0.1:5062"},
		{"what removes and what is not there", [][]string{{first}, {second, "Expires: 0"}}, "sip:1001@10.0.0.1:5062"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := registrar.New(registrar.Config{})
			for _, headers := range c.said {
				register(t, r, headers...)
			}
			if got := bound(r); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestA200ListsAllContacts(t *testing.T) {
	r := registrar.New(registrar.Config{})
	register(t, r, first+";q=0.5", "Expires: 60")
	register(t, r, second, "Expires: 90")
	if got, want := register(t, r), "<sip:1001@10.0.0.1:5062>;expires=60;q=0.5, <sip:1001@10.0.0.2:5062>;expires=90"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOneContactTooManyTakesThePlaceOfTheOldest(t *testing.T) {
	r := registrar.New(registrar.Config{Contacts: 3})
	for i := range 5 {
		register(t, r, fmt.Sprintf("Contact: <sip:1001@10.0.0.%d>", i+1))
	}
	if got, want := bound(r), "sip:1001@10.0.0.5, sip:1001@10.0.0.4, sip:1001@10.0.0.3"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExpiryIsBounded(t *testing.T) {
	cfg := registrar.Config{MinExpiry: time.Minute, MaxExpiry: 10 * time.Minute}
	for _, c := range []struct {
		name    string
		terms   registrar.Terms
		headers []string
		want    string
	}{
		{"too brief (RFC 3261 §10.2.8)", registrar.Terms{}, []string{contact, "Expires: 59"}, "423 Min-Expires: 60"},
		{"just long enough", registrar.Terms{}, []string{contact, "Expires: 60"}, "<sip:1001@10.0.0.1:5062>;expires=60"},
		{"a removal is never too brief", registrar.Terms{}, []string{contact, "Expires: 0"}, ""},
		{"too long", registrar.Terms{}, []string{contact, "Expires: 3600"}, "<sip:1001@10.0.0.1:5062>;expires=600"},
		{"too long where nothing is said", registrar.Terms{}, []string{contact}, "<sip:1001@10.0.0.1:5062>;expires=600"},
		{"too long for the account", registrar.Terms{MaxExpiry: 2 * time.Minute}, []string{contact, "Expires: 3600"}, "<sip:1001@10.0.0.1:5062>;expires=120"},
		{"the account has no more than anybody", registrar.Terms{MaxExpiry: time.Hour}, []string{contact, "Expires: 3600"}, "<sip:1001@10.0.0.1:5062>;expires=600"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if got := registerAs(t, registrar.New(cfg), c.terms, "c", 1, c.headers...); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			})
		})
	}
}

// RFC 3261 §10.3 steps 6 and 7.
func TestARegisterThatWasOvertakenChangesNothing(t *testing.T) {
	for _, c := range []struct {
		name, callID string
		cseq         uint32
		headers      []string
		want         string // answered
		then         string // bound
	}{
		{"with a lower CSeq", "phone", 6, []string{first, "Expires: 0"}, "500: CSeq 6 after 7", "sip:1001@10.0.0.1:5062"},
		{"with the same CSeq", "phone", 7, []string{first, "Expires: 0"}, "500: CSeq 7 after 7", "sip:1001@10.0.0.1:5062"},
		{"with a higher CSeq it counts", "phone", 8, []string{first, "Expires: 0"}, "", ""},
		{"of a phone that began anew it counts", "other", 1, []string{first, "Expires: 0"}, "", ""},
		{"that removes all", "phone", 6, []string{"Contact: *", "Expires: 0"}, "500: CSeq 6 after 7", "sip:1001@10.0.0.1:5062"},
		{"none of it, where one contact is out of order", "phone", 6, []string{second, first}, "500: CSeq 6 after 7", "sip:1001@10.0.0.1:5062"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := registrar.New(registrar.Config{})
			registerAs(t, r, registrar.Terms{}, "phone", 7, first)
			if got := registerAs(t, r, registrar.Terms{}, c.callID, c.cseq, c.headers...); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got := bound(r); got != c.then {
				t.Errorf("bound %q, want %q", got, c.then)
			}
		})
	}
}

// RFC 6140 §5.2.
func TestBulkContact(t *testing.T) {
	gin := []string{"Require: gin", "Proxy-Require: gin", "Supported: path"}
	for _, c := range []struct {
		name    string
		terms   registrar.Terms
		headers []string
		want    string // answered
		row     string // of +4930550102
	}{
		{"one contact for all numbers", registrar.Terms{Bulk: true}, append(gin, "Contact: <sip:10.0.0.1:5062;bnc>"), "<sip:10.0.0.1:5062;bnc>;expires=3600", "sip:+4930550102@10.0.0.1:5062"},
		{"other parameters stay", registrar.Terms{Bulk: true}, append(gin, "Contact: <sip:10.0.0.1:5062;bnc;transport=tcp>"), "<sip:10.0.0.1:5062;bnc;transport=tcp>;expires=3600", "sip:+4930550102@10.0.0.1:5062;transport=tcp"},
		{"a contact with a user", registrar.Terms{Bulk: true}, append(gin, "Contact: <sip:2100@10.0.0.1:5062;bnc>"), "400: a bulk contact with a user (RFC 6140 §5.2)", ""},
		{"a contact with a user parameter", registrar.Terms{Bulk: true}, append(gin, "Contact: <sip:10.0.0.1:5062;bnc;user=phone>"), "400: a bulk contact with a user parameter (RFC 6140 §5.2)", ""},
		{"one that does not require gin", registrar.Terms{Bulk: true}, []string{"Contact: <sip:10.0.0.1:5062;bnc>"}, "400: a bulk contact without Require: gin (RFC 6140 §5.2)", ""},
		{"an account without bulk registration", registrar.Terms{}, append(gin, "Contact: <sip:10.0.0.1:5062;bnc>"), "420 Unsupported: gin", ""},
		{"an extension that nobody knows", registrar.Terms{Bulk: true}, []string{"Require: gin, outbound", "Contact: <sip:10.0.0.1:5062;bnc>"}, "420 Unsupported: outbound", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := registrar.New(registrar.Config{})
				if got := registerAs(t, r, c.terms, "c", 1, c.headers...); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
				row := ""
				for _, b := range r.Lookup("1001") {
					u := b.At("+4930550102")
					row = u.String()
				}
				if row != c.row {
					t.Errorf("row %q, want %q", row, c.row)
				}
			})
		})
	}
}

// A number that is registered in bulk may have a contact of its own; the bulk
// one is listed with it, and stays.
func TestNumberOfABulkContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := registrar.New(registrar.Config{})
		registerAs(t, r, registrar.Terms{Bulk: true}, "pbx", 1, "Require: gin", "Contact: <sip:10.0.0.1:5062;bnc>")
		number := registrar.Terms{Under: "1001"}
		const row = "<sip:+4930550102@10.0.0.1:5062>;expires=3600"
		for i, step := range []struct{ headers, want string }{
			{"Supported: path", row},
			{"Contact: <sip:desk@10.0.0.2>;expires=90", "<sip:desk@10.0.0.2>;expires=90, " + row},
			{"Contact: <sip:desk@10.0.0.2>;expires=0", row},
			{"Contact: <sip:+4930550102@10.0.0.1:5062>;expires=0", row},
		} {
			if got := registerTo(t, r, "+4930550102", number, "desk", uint32(i+1), step.headers); got != step.want {
				t.Errorf("%s: got %q, want %q", step.headers, got, step.want)
			}
		}
	})
}

func TestPathIsKeptAndGivenBack(t *testing.T) {
	r := registrar.New(registrar.Config{})
	register(t, r, contact, "Path: <sip:p1.example.test;lr>, <sip:p2.example.test;lr>", "Path: <sip:p3.example.test;lr>")
	got := ""
	for _, u := range r.Lookup("1001")[0].Path {
		got += u.String() + " "
	}
	if want := "sip:p1.example.test;lr sip:p2.example.test;lr sip:p3.example.test;lr "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := register(t, r, contact, "Path: nonsense"), "400: a Path that does not read"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
