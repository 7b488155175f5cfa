package access_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"

	"ringproof/refswitch/access"
	"ringproof/refswitch/internal/seam"
)

const realm = "example.test"

func guard(hooks *seam.Hooks) *access.Guard {
	return access.New(realm, map[string]access.Secret{
		"1001": {Password: "right"}, "1002": {Password: "other"}, "1004": {Password: "right", Algorithms: []string{"SHA-256"}},
	}, hooks)
}

// challenges are what a 401 asks for, in its order.
func challenges(t *testing.T, g *access.Guard, stale bool) []*digest.Challenge {
	t.Helper()
	res := sip.NewResponse(401, "Unauthorized")
	g.Ask(res, "1001", stale)
	var out []*digest.Challenge
	for _, h := range res.GetHeaders("WWW-Authenticate") {
		c, err := digest.ParseChallenge(h.Value())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	return out
}

// by gives the challenge for one algorithm.
func by(t *testing.T, g *access.Guard, algorithm string) *digest.Challenge {
	t.Helper()
	for _, c := range challenges(t, g, false) {
		if c.Algorithm == algorithm {
			return c
		}
	}
	t.Fatalf("no challenge for %s", algorithm)
	return nil
}

func request(t *testing.T, method sip.RequestMethod, uri string, authorization ...string) *sip.Request {
	t.Helper()
	var to sip.Uri
	if err := sip.ParseUri(uri, &to); err != nil {
		t.Fatal(err)
	}
	req := sip.NewRequest(method, to)
	for _, a := range authorization {
		req.AppendHeader(sip.NewHeader("Authorization", a))
	}
	return req
}

// answer is what a client writes, digested by a library that is not ours.
func answer(t *testing.T, c *digest.Challenge, o digest.Options) string {
	t.Helper()
	cred, err := digest.Digest(c, o)
	if err != nil {
		t.Fatal(err)
	}
	return cred.String()
}

func right() digest.Options {
	return digest.Options{Method: "REGISTER", URI: "sip:example.test", Username: "1001", Password: "right", Count: 1}
}

func TestChallengeOffersTheBetterAlgorithmFirst(t *testing.T) {
	got := challenges(t, guard(nil), false)
	if len(got) != 2 || got[0].Algorithm != "SHA-256" || got[1].Algorithm != "MD5" {
		t.Fatalf("got %+v, want SHA-256 and then MD5 (RFC 8760 §2.4)", got)
	}
	for _, c := range got {
		if c.Realm != realm || c.Nonce == "" || c.Stale || !c.SupportsQOP("auth") {
			t.Errorf("got %+v", c)
		}
	}
	if a, b := challenges(t, guard(nil), false), got; a[0].Nonce == b[0].Nonce {
		t.Error("a nonce came twice")
	}
	for _, c := range challenges(t, guard(nil), true) {
		if !c.Stale {
			t.Errorf("got %+v, want it to say stale (RFC 7616 §3.3)", c)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		bend  func(*digest.Challenge, *digest.Options)
		uri   string // of the request, if not the digest's
		after func(string) string
		user  string
		want  access.Verdict
	}{
		{name: "the right password", user: "1001", want: access.Admitted},
		{name: "a client that knows no qop (RFC 2069)", bend: func(c *digest.Challenge, _ *digest.Options) { c.QOP = nil }, user: "1001", want: access.Admitted},
		{name: "a later count", bend: func(_ *digest.Challenge, o *digest.Options) { o.Count = 4711 }, user: "1001", want: access.Admitted},
		{name: "a wrong password", bend: func(_ *digest.Challenge, o *digest.Options) { o.Password = "wrong" }, user: "1001", want: access.Refused},
		{name: "no password", bend: func(_ *digest.Challenge, o *digest.Options) { o.Password = "" }, user: "1001", want: access.Refused},
		{name: "another account's password", bend: func(_ *digest.Challenge, o *digest.Options) { o.Password = "other" }, user: "1001", want: access.Refused},
		{name: "an unknown user", bend: func(_ *digest.Challenge, o *digest.Options) { o.Username = "1003" }, user: "1003", want: access.Refused},
		{name: "an unknown user without a password", bend: func(_ *digest.Challenge, o *digest.Options) { o.Username, o.Password = "1003", "" }, user: "1003", want: access.Refused},
		{name: "another method", bend: func(_ *digest.Challenge, o *digest.Options) { o.Method = "INVITE" }, user: "1001", want: access.Refused},
		{name: "another URI than the request's", uri: "sip:elsewhere.test", user: "1001", want: access.Refused},
		{name: "another realm", bend: func(c *digest.Challenge, _ *digest.Options) { c.Realm = "elsewhere.test" }, want: access.Challenge},
		{name: "a nonce that is none of ours", bend: func(c *digest.Challenge, _ *digest.Options) { c.Nonce = "made-up" }, user: "1001", want: access.Stale},
		{name: "no nonce", bend: func(c *digest.Challenge, _ *digest.Options) { c.Nonce = "" }, user: "1001", want: access.Stale},
		{name: "a response with a changed digit", after: func(s string) string { return strings.Replace(s, `response="`, `response="0`, 1) }, user: "1001", want: access.Refused},
		{name: "a changed count", after: func(s string) string { return strings.Replace(s, "nc=00000001", "nc=00000002", 1) }, user: "1001", want: access.Refused},
		{name: "an algorithm that we did not offer", after: func(s string) string {
			return strings.NewReplacer("algorithm=MD5", "algorithm=SHA-512", "algorithm=SHA-256", "algorithm=SHA-512").Replace(s)
		}, user: "1001", want: access.Refused},
		{name: "basic credentials", after: func(string) string { return "Basic MTAwMTpyaWdodA==" }, want: access.Challenge},
		{name: "nothing that reads", after: func(string) string { return "Digest ,,=" }, want: access.Challenge},
		{name: "an empty header", after: func(string) string { return "" }, want: access.Challenge},
	} {
		for _, algorithm := range []string{"MD5", "SHA-256"} {
			t.Run(c.name+" with "+algorithm, func(t *testing.T) {
				g := guard(nil)
				ask, o := by(t, g, algorithm), right()
				if c.bend != nil {
					c.bend(ask, &o)
				}
				reply := answer(t, ask, o)
				if c.after != nil {
					reply = c.after(reply)
				}
				uri := c.uri
				if uri == "" {
					uri = o.URI
				}
				user, got := g.Check(request(t, sip.REGISTER, uri, reply))
				if got != c.want || user != c.user {
					t.Errorf("got verdict %d for %q, want %d for %q", got, user, c.want, c.user)
				}
			})
		}
	}
}

// RFC 8760 §2.3: credentials without an algorithm mean MD5.
func TestNoAlgorithmMeansMD5(t *testing.T) {
	g := guard(nil)
	ask := by(t, g, "MD5")
	ask.Algorithm = ""
	if _, got := g.Check(request(t, sip.REGISTER, "sip:example.test", answer(t, ask, right()))); got != access.Admitted {
		t.Errorf("got verdict %d, want it admitted", got)
	}
}

func TestRequestWithoutCredentialsIsChallenged(t *testing.T) {
	if user, got := guard(nil).Check(request(t, sip.REGISTER, "sip:example.test")); got != access.Challenge || user != "" {
		t.Errorf("got verdict %d for %q", got, user)
	}
}

func TestCredentialsOfOurRealmAreFoundAmongOthers(t *testing.T) {
	g := guard(nil)
	foreign := by(t, g, "MD5")
	foreign.Realm = "elsewhere.test"
	req := request(t, sip.REGISTER, "sip:example.test", answer(t, foreign, right()), answer(t, by(t, g, "SHA-256"), right()))
	if user, got := g.Check(req); got != access.Admitted || user != "1001" {
		t.Errorf("got verdict %d for %q, want 1001 admitted", got, user)
	}
}

// RFC 7616 §3.4.3: the count must rise from use to use of a nonce.
func TestCredentialsAreGoodOnce(t *testing.T) {
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		t.Run(algorithm, func(t *testing.T) {
			g := guard(nil)
			ask := by(t, g, algorithm)
			with := func(count int) *sip.Request {
				o := right()
				o.Count = count
				return request(t, sip.REGISTER, "sip:example.test", answer(t, ask, o))
			}
			for _, step := range []struct {
				count int
				want  access.Verdict
			}{{1, access.Admitted}, {1, access.Stale}, {2, access.Admitted}, {7, access.Admitted}, {3, access.Stale}, {7, access.Stale}, {8, access.Admitted}} {
				if _, got := g.Check(with(step.count)); got != step.want {
					t.Errorf("count %d: got verdict %d, want %d", step.count, got, step.want)
				}
			}
		})
	}
}

func TestCredentialsWithoutACountAreGoodOnce(t *testing.T) {
	g := guard(nil)
	ask := by(t, g, "MD5")
	ask.QOP = nil
	req := request(t, sip.REGISTER, "sip:example.test", answer(t, ask, right()))
	for i, want := range []access.Verdict{access.Admitted, access.Stale} {
		if _, got := g.Check(req); got != want {
			t.Errorf("use %d: got verdict %d, want %d", i+1, got, want)
		}
	}
}

// A guess with somebody's nonce must not use up its count.
func TestWrongCredentialsCountNothing(t *testing.T) {
	g := guard(nil)
	ask, wrong := by(t, g, "MD5"), right()
	wrong.Password, wrong.Count = "guessed", 9
	if _, got := g.Check(request(t, sip.REGISTER, "sip:example.test", answer(t, ask, wrong))); got != access.Refused {
		t.Fatalf("got verdict %d, want it refused", got)
	}
	if _, got := g.Check(request(t, sip.REGISTER, "sip:example.test", answer(t, ask, right()))); got != access.Admitted {
		t.Errorf("got verdict %d, want it admitted", got)
	}
}

func TestDefectMayCountNothing(t *testing.T) {
	g := guard(&seam.Hooks{Registration: seam.Registration{AnyCount: func() bool { return true }}})
	req := request(t, sip.REGISTER, "sip:example.test", answer(t, by(t, g, "MD5"), right()))
	for range 2 {
		if _, got := g.Check(req); got != access.Admitted {
			t.Errorf("got verdict %d", got)
		}
	}
}

func TestNonceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard(nil)
		ask := by(t, g, "SHA-256")
		<-time.After(5*time.Minute - time.Second)
		if _, got := g.Check(request(t, sip.REGISTER, "sip:example.test", answer(t, ask, right()))); got != access.Admitted {
			t.Errorf("after 4m59s: got verdict %d, want it admitted", got)
		}
		<-time.After(time.Second)
		o := right()
		o.Count = 2
		if user, got := g.Check(request(t, sip.REGISTER, "sip:example.test", answer(t, ask, o))); got != access.Stale || user != "1001" {
			t.Errorf("after 5m: got verdict %d for %q, want it stale", got, user)
		}
	})
}

func TestAccountMayHaveOneAlgorithmAlone(t *testing.T) {
	g := guard(nil)
	res := sip.NewResponse(401, "Unauthorized")
	g.Ask(res, "1004", false)
	if got := res.GetHeaders("WWW-Authenticate"); len(got) != 1 || !strings.Contains(got[0].Value(), "SHA-256") {
		t.Fatalf("got %v, want SHA-256 alone", got)
	}
	for algorithm, want := range map[string]access.Verdict{"SHA-256": access.Admitted, "MD5": access.Refused} {
		o := right()
		o.Username = "1004"
		if _, got := g.Check(request(t, sip.REGISTER, "sip:example.test", answer(t, by(t, g, algorithm), o))); got != want {
			t.Errorf("%s: got verdict %d, want %d", algorithm, got, want)
		}
	}
}

func TestOldNoncesAreThrownOutAndYoungOnesKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := guard(nil)
		old := request(t, sip.REGISTER, "sip:example.test", answer(t, by(t, g, "MD5"), right()))
		<-time.After(4 * time.Minute)
		young := request(t, sip.REGISTER, "sip:example.test", answer(t, by(t, g, "MD5"), right()))
		<-time.After(2 * time.Minute)
		by(t, g, "MD5") // throws out
		if _, got := g.Check(old); got != access.Stale {
			t.Errorf("the old one: got verdict %d", got)
		}
		if _, got := g.Check(young); got != access.Admitted {
			t.Errorf("the young one: got verdict %d", got)
		}
	})
}

func TestDefectMayTakeAnyPassword(t *testing.T) {
	g := guard(&seam.Hooks{Access: seam.Access{Credentials: func(bool) bool { return true }}})
	o := right()
	o.Password = "wrong"
	if _, got := g.Check(request(t, sip.REGISTER, "sip:example.test", answer(t, by(t, g, "MD5"), o))); got != access.Admitted {
		t.Errorf("got verdict %d", got)
	}
	if _, got := g.Check(request(t, sip.REGISTER, "sip:example.test")); got != access.Challenge {
		t.Errorf("without credentials: got verdict %d, want the challenge all the same", got)
	}
}
