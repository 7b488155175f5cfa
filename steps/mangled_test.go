package steps_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target/bundled"
)

// mangle makes of a datagram that the system sends those that are sent.
type mangle func(packet string) []string

// mangler is a network on which what the system sends is changed on the wire:
// faults, and habits of other products, that the switch cannot be bent to.
type mangler struct {
	steps.Network
	sip, rtp mangle

	mu     sync.Mutex
	opened int
}

func (n *mangler) ListenPacket(at netip.AddrPort) (net.PacketConn, error) {
	c, err := n.Network.ListenPacket(at)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.opened++
	f := n.rtp
	if n.opened == 1 {
		f = n.sip
	}
	if f == nil {
		return c, nil
	}
	return &mangled{PacketConn: c, n: n, f: f}, nil
}

// mangled hides the faster methods of its socket.
type mangled struct {
	net.PacketConn
	n *mangler
	f mangle
}

func (c *mangled) WriteTo(b []byte, to net.Addr) (int, error) {
	c.n.mu.Lock()
	out := c.f(string(b))
	c.n.mu.Unlock()
	for _, s := range out {
		if _, err := c.PacketConn.WriteTo([]byte(s), to); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// onMangler is a bundled switch on such a network.
type onMangler struct {
	*bundled.Target
	sip, rtp mangle
}

func (t onMangler) Start(ctx context.Context, s steps.Surroundings) (steps.Endpoint, error) {
	s.Network = &mangler{Network: s.Network, sip: t.sip, rtp: t.rtp}
	return t.Target.Start(ctx, s)
}

func mangledRun(t *testing.T, sip, rtp mangle, tags string) (run *record.Run) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		target, err := bundled.New(bundled.Config{})
		if err != nil {
			t.Fatal(err)
		}
		h, err := steps.New(steps.Suite{
			Target: onMangler{target, sip, rtp}, Network: memnet.New().WithICMP(), Seed: 1, Tags: tags,
		})
		if err != nil {
			t.Fatal(err)
		}
		if run, err = h.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return run
}

// change replaces a pattern in messages that begin so.
func change(begin, pattern, with string) mangle {
	starts, what := regexp.MustCompile(`^(?:`+begin+`)`), regexp.MustCompile(pattern)
	return func(m string) []string {
		if !starts.MatchString(m) {
			return []string{m}
		}
		head, body, _ := strings.Cut(what.ReplaceAllString(m, with), "\r\n\r\n")
		head = regexp.MustCompile(`(?m)^Content-Length: \d+`).ReplaceAllString(head, fmt.Sprintf("Content-Length: %d", len(body)))
		return []string{head + "\r\n\r\n" + body}
	}
}

// shortened uses the compact form of two header fields (RFC 3261 §7.3.3).
func shortened(m string) []string {
	return []string{strings.NewReplacer("\r\nContent-Type: ", "\r\nc: ", "\r\nContact: ", "\r\nm: ").Replace(m)}
}

func twice(m string) []string { return []string{m, m} }

func TestFaultsOnTheWireAreNamed(t *testing.T) {
	for _, c := range []struct {
		name     string
		sip, rtp mangle
		tags     string
		check    string
		why      string // a part of the finding
	}{
		{"a hold is answered with sendrecv", change("SIP/2.0 200", "a=recvonly", "a=sendrecv"), nil, "@id:hold", "reoffer.accepted", "answered with a=sendrecv"},
		{"BYE goes to another user", change("BYE ", `^BYE \S+`, "BYE sip:nobody@ringproof.invalid"), nil, "@id:release.by-caller", "call.released", `BYE for "nobody"`},
		{"BYE has another From tag", change("BYE ", `(?m)^(From: .*;tag=)[^\r;]*`, "${1}other"), nil, "@id:release.by-callee", "call.released", `From tag "other"`},
		{"ACK is lost", func(m string) []string {
			if strings.HasPrefix(m, "ACK ") {
				return nil
			}
			return []string{m}
		}, nil, "@id:release.by-callee", "call.released", "no ACK came"},
		{"an extension that nobody knows is required", change("INVITE ", `(?m)^Supported: `, "Require: precondition\r\nSupported: "), nil, "@id:peer.audio", "call.answered", "requires precondition"},
		{"a body must be understood and is not", change("INVITE ", `(?m)^Content-Type: application/sdp`, "Content-Type: application/isup"), nil, "@id:peer.audio", "call.answered", "application/isup"},
		{"a challenge has no nonce", change("SIP/2.0 401", `nonce="[^"]*"`, `nonce=""`), nil, "@id:register.renewed", "register.accepted", "it has no nonce"},
		{"a challenge is in an unknown algorithm", change("SIP/2.0 401", `algorithm=[^,\r]*`, "algorithm=MD4"), nil, "@id:register.renewed", "register.accepted", "algorithm=MD4"},
		{"busy is passed on as another code", change("SIP/2.0 486", `^SIP/2.0 486 Busy Here`, "SIP/2.0 500 Error"), nil, "@id:busy", "call.busy", "trunk east answered 486 Busy Here, the caller got 500 (RFC 3261 §16.7 step 6: a final response of the called side is passed on). Expected was 486 or 600, by the preset rfc (expect.busy)."},
		{"an announcement is passed on as an answer", change("SIP/2.0 183", `^SIP/2.0 183 [^\r]*`, "SIP/2.0 200 OK"), nil, "@id:media.announcement", "media.early-heard", "was told 200"},
		{"INVITE has no Contact", change("INVITE ", `(?m)^Contact: .*\r\n`, ""), nil, "@id:peer.audio", "dialog.contact", "got INVITE without Contact"},
		{"200 has no Contact", change("SIP/2.0 200", `(?m)^Contact: .*\r\n`, ""), nil, "@id:peer.audio", "dialog.contact", "got 200 to INVITE without Contact"},
		{"an answer has no type", change("SIP/2.0 200", `(?m)^Content-Type: .*\r\n`, ""), nil, "@id:peer.audio", "message.typed", "got 200 to INVITE without Content-Type"},
		{"a changed answer keeps its version", change("SIP/2.0 200", `(?m)^(o=\S+ \S+) \d+`, "${1} 1"), nil, "@id:hold", "offer.origin", "changed under the version of before"},
		{"a new offer is of another session", change("INVITE [^\r]*\r\n(?s:.*)tag=(?s:.*)tag=", `(?m)^(o=\S+) \d+`, "${1} 7"), nil, "@id:hold", "offer.origin", "o=- 7 "},
		{"a registration lists no contact", change(`SIP/2.0 200(?s:.*)CSeq: \d+ REGISTER`, `(?m)^Contact: .*\r\n`, ""), nil, "@id:reg.audio", "register.listed", "lists no contact"},
		{"all RTP has one sequence number", nil, func(m string) []string { return []string{m[:2] + "\x00\x01" + m[4:]} }, "@id:peer.audio", "media.heard-by-callee", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := mangledRun(t, c.sip, c.rtp, c.tags)
			if steps.Verdict(run) == nil || len(run.Findings) == 0 {
				t.Fatalf("%s, %d findings: want a failure", run.Why, len(run.Findings))
			}
			if f := run.Findings[0]; f.Check != c.check || !strings.Contains(f.Why, c.why) {
				t.Errorf("got %s: %s; want %s: %s", f.Check, f.Why, c.check, c.why)
			}
		})
	}
}

// lingering takes BYEs in dialogs that have ended for half a minute, as
// Asterisk does.
func lingering() mangle {
	taken := change("SIP/2.0 481", `^SIP/2.0 481 [^\r]*`, "SIP/2.0 200 OK")
	var since time.Time
	return func(m string) []string {
		if !strings.HasPrefix(m, "SIP/2.0 481") || !strings.Contains(m, " BYE\r\n") {
			return []string{m}
		}
		if since.IsZero() {
			since = time.Now()
		}
		if time.Since(since) < 32*time.Second { // RFC 3261 §17.2.2, Timer J
			return taken(m)
		}
		return []string{m}
	}
}

func TestHabitsOfOtherProductsPass(t *testing.T) {
	for _, c := range []struct {
		name     string
		sip, rtp mangle
	}{
		{"a hold is answered with inactive", change("SIP/2.0 200", "a=recvonly", "a=inactive"), nil},
		{"a hold is answered with port 0", change("SIP/2.0 200", `m=audio \d+ ([^\r]*\r\n(?:[abc]=[^\r]*\r\n)*a=recvonly)`, "m=audio 0 $1"), nil},
		{"spaces in Session-Expires", change(".", `(?m)^(Session-Expires: \d+);refresher=`, "$1 ; Refresher = "), nil},
		{"parameters of Contact in capitals, after another contact", change("SIP/2.0 200", `(?m)^Contact: (<[^>]*>);expires=`, "Contact: <sip:other@10.1.1.1>;expires=77, $1;q=0.5;Expires="), nil},
		{"header fields in their short form", shortened, nil},
		{"ringing is reported as progress", change("SIP/2.0 180", `^SIP/2.0 180 Ringing`, "SIP/2.0 183 Session Progress"), nil},
		{"our parties are seen behind NAT", seenElsewhere, nil},
		{"every message is doubled", twice, nil},
		{"a dialog lingers with the transaction of its BYE", lingering(), nil},
		{"every packet of media is doubled", nil, twice},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := steps.Verdict(mangledRun(t, c.sip, c.rtp, "")); err != nil {
				t.Error(err)
			}
		})
	}
}
