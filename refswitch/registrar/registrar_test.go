package registrar_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/wire"
	"ringproof/refswitch/registrar"
)

// seq is the CSeq of the next REGISTER: rising for all, as one phone has it.
var seq atomic.Uint32

// register sends a REGISTER with these headers, with a CSeq that rises, and
// gives the 200's contacts, or the refusal.
func register(t *testing.T, r *registrar.Registrar, headers ...string) string {
	t.Helper()
	return registerAs(t, r, registrar.Terms{}, "c", seq.Add(1), headers...)
}

// registerAs sends one with that Call-ID and CSeq.
func registerAs(t *testing.T, r *registrar.Registrar, terms registrar.Terms, callID string, cseq uint32, headers ...string) string {
	t.Helper()
	return registerTo(t, r, "1001", terms, callID, cseq, headers...)
}

// registerTo sends one for an address of record.
func registerTo(t *testing.T, r *registrar.Registrar, aor string, terms registrar.Terms, callID string, cseq uint32, headers ...string) string {
	t.Helper()
	raw := strings.Join(append([]string{
		"REGISTER sip:example.test SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bKa", "From: <sip:1001@example.test>;tag=a",
		"To: <sip:1001@example.test>", "Call-ID: " + callID, fmt.Sprintf("CSeq: %d REGISTER", cseq), "Max-Forwards: 70",
	}, append(headers, "Content-Length: 0", "", "")...), "\r\n")
	req, _, err := wire.Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	m := &wire.Message{Request: req}
	m.Transport, m.Remote = wire.UDP, netip.MustParseAddrPort("192.0.2.9:33333")
	res := sip.NewResponse(200, "OK")
	var refused *registrar.RefusedError
	switch err := r.Register(aor, terms, m, res); {
	case errors.As(err, &refused) && refused.Header != "":
		return fmt.Sprintf("%d %s: %s", refused.Code, refused.Header, refused.Value)
	case err != nil:
		return err.Error()
	}
	var out []string
	for _, h := range res.GetHeaders("Contact") {
		out = append(out, h.Value())
	}
	return strings.Join(out, ", ")
}

// bound gives the contacts of the account in the order in which they are tried.
func bound(r *registrar.Registrar) string {
	var out []string
	for _, b := range r.Lookup("1001") {
		out = append(out, b.Contact.String())
	}
	return strings.Join(out, ", ")
}

const contact = "Contact: <sip:1001@10.0.0.1:5062>"

func TestRegister(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		want    string // in the 200
	}{
		{"an hour where nothing is said", []string{contact}, "<sip:1001@10.0.0.1:5062>;expires=3600"},
		{"the header's wish", []string{contact, "Expires: 60"}, "<sip:1001@10.0.0.1:5062>;expires=60"},
		{"the parameter's wish", []string{contact + ";expires=90"}, "<sip:1001@10.0.0.1:5062>;expires=90"},
		{"the parameter comes before the header", []string{contact + ";expires=90", "Expires: 60"}, "<sip:1001@10.0.0.1:5062>;expires=90"},
		{"a parameter of 0 removes, whatever the header says", []string{contact + ";expires=0", "Expires: 60"}, ""},
		{"a header of 0 removes", []string{contact, "Expires: 0"}, ""},
		{"no more than two hours", []string{contact, "Expires: 86400"}, "<sip:1001@10.0.0.1:5062>;expires=7200"},
		{"the largest of RFC 3261", []string{contact, "Expires: 4294967295"}, "<sip:1001@10.0.0.1:5062>;expires=7200"},
		{"more than any clock holds", []string{contact, "Expires: 9223372036854775807"}, "<sip:1001@10.0.0.1:5062>;expires=7200"},
		{"what is no number is an hour (§10.3 step 7)", []string{contact, "Expires: soon"}, "<sip:1001@10.0.0.1:5062>;expires=3600"},
		{"no contact asks only", nil, ""},
		{"all contacts are removed with *", []string{"Contact: *", "Expires: 0"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := registrar.New(registrar.Config{})
				if got := register(t, r, c.headers...); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
				if got := bound(r); (got != "") != (c.want != "") {
					t.Errorf("bound: %q", got)
				}
			})
		})
	}
}

func TestStarThatRemovesNothingIsABadRequest(t *testing.T) {
	r := registrar.New(registrar.Config{})
	register(t, r, contact)
	if got, want := register(t, r, "Contact: *", "Expires: 60"), "400: Contact * wants Expires 0 and no other contact (RFC 3261 §10.2.2)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if bound(r) == "" {
		t.Error("the binding is gone")
	}
}

func TestBindingRemembersWhereItCameFrom(t *testing.T) {
	r := registrar.New(registrar.Config{})
	register(t, r, contact)
	all := r.Lookup("1001")
	if len(all) != 1 || all[0].Hop.String() != "udp:192.0.2.9:33333" || all[0].Contact.String() != "sip:1001@10.0.0.1:5062" {
		t.Errorf("got %+v", all)
	}
	if len(r.Lookup("1002")) > 0 || r.Ever("1002") {
		t.Error("an account that never registered is bound")
	}
	if !r.Ever("1001") {
		t.Error("an account that registered is taken for one that never did")
	}
}

func TestBindingExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := registrar.New(registrar.Config{})
		register(t, r, contact, "Expires: 60")
		<-time.After(59 * time.Second)
		if bound(r) == "" {
			t.Error("after 59 s it is gone")
		}
		if got, want := register(t, r), "<sip:1001@10.0.0.1:5062>;expires=1"; got != want {
			t.Errorf("asked after 59 s: got %q, want %q", got, want)
		}
		<-time.After(time.Second)
		if got := register(t, r); got != "" {
			t.Errorf("asked after 60 s: got %q, want no binding", got)
		}
		if bound(r) != "" {
			t.Error("after 60 s it is still there")
		}
	})
}

func TestRefreshStartsTheTimeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := registrar.New(registrar.Config{})
		for i := range 5 {
			register(t, r, contact, "Expires: 60")
			<-time.After(50 * time.Second)
			if got, want := bound(r), "sip:1001@10.0.0.1:5062"; got != want {
				t.Fatalf("refresh %d: got %q, want %q", i, got, want)
			}
		}
		<-time.After(10 * time.Second)
		if bound(r) != "" {
			t.Error("60 s after the last refresh it is still there")
		}
	})
}

func TestRemove(t *testing.T) {
	r := registrar.New(registrar.Config{})
	register(t, r, contact)
	if got := register(t, r, contact, "Expires: 0"); got != "" {
		t.Errorf("got %q, want no contact", got)
	}
	if bound(r) != "" {
		t.Error("it is still there")
	}
}
