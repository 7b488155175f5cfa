package refswitch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"ringproof/internal/numbering"
	"ringproof/internal/strictyaml"
	"ringproof/refswitch/defect"
	"ringproof/refswitch/routing"
)

// Config is a switch. Its YAML form has the names in the tags.
type Config struct {
	// Listen is the SIP address, for UDP and TCP; port 0 takes a free one.
	Listen netip.AddrPort `yaml:"listen"`
	// Domain is the SIP domain and the realm of digests; the address if empty.
	Domain string `yaml:"domain"`
	// Media is the address and the port range for RTP; the address is
	// Listen's if invalid, and any free ports are used if the range is zero.
	Media Media `yaml:"media"`
	// Registration says what accounts may register.
	Registration Registration `yaml:"registration"`
	// Accounts are the users that may register and call.
	Accounts []Account `yaml:"accounts"`
	// Trunks are the peers, trusted by address.
	Trunks []Trunk `yaml:"trunks"`
	// Routes lead numbers that are no account's to trunks.
	Routes []Route `yaml:"routes"`
	// Defect makes the switch have one of the faults of package defect.
	Defect string `yaml:"defect"`

	// Network is what the switch opens its sockets on; the kernel's if nil.
	Network Network `yaml:"-"`
	// Log gets what happens; nil discards it.
	Log *slog.Logger `yaml:"-"`
	// Records gets a line of JSON for each call when it is over (see
	// CallRecord); nil writes none.
	Records io.Writer `yaml:"-"`
}

// Network opens sockets, as package net does.
type Network interface {
	ListenPacket(at netip.AddrPort) (net.PacketConn, error)
	Listen(at netip.AddrPort) (net.Listener, error)
	Dial(ctx context.Context, from, to netip.AddrPort) (net.Conn, error)
}

// Media is where RTP is relayed.
type Media struct {
	Address   netip.Addr `yaml:"address"`
	FirstPort uint16     `yaml:"first_port"`
	LastPort  uint16     `yaml:"last_port"`
}

// Trunk is a peer at a fixed address.
type Trunk struct {
	Name    string         `yaml:"name"`
	Address netip.AddrPort `yaml:"address"`
	// Trusted are further addresses and networks that its calls come from.
	// Where those of several trunks hold an address, the most specific wins.
	Trusted []Source `yaml:"trusted"`
	// Called and Caller change the numbers that it is shown.
	Called Translation `yaml:"called"`
	Caller Translation `yaml:"caller"`
	// IdentityFrom says that the identities which it asserts are believed,
	// IdentityTo that it is told those of callers, private ones too
	// (RFC 3325 §5).
	IdentityFrom bool `yaml:"identity_from"`
	IdentityTo   bool `yaml:"identity_to"`
	// Options is how often it is asked whether it is there; never if zero.
	Options time.Duration `yaml:"options"`
	// Misses is how many such questions in a row stay unanswered before it is
	// taken for down; 2 if zero.
	Misses int `yaml:"misses"`
}

// Translation changes the form of a number: first Strip digits are taken off
// its front, with a + before them, then Prepend is put before it, then Plus
// puts a + before it ("add") or takes it away ("remove").
type Translation struct {
	Strip   int    `yaml:"strip"`
	Prepend string `yaml:"prepend"`
	Plus    string `yaml:"plus"`
}

// Source is an address or a network: "192.0.2.1" or "192.0.2.0/24".
type Source struct{ netip.Prefix }

// UnmarshalText reads it.
func (s *Source) UnmarshalText(b []byte) error {
	if a, err := netip.ParseAddr(string(b)); err == nil && a.Zone() == "" {
		s.Prefix = netip.PrefixFrom(a, a.BitLen())
		return nil
	}
	p, err := netip.ParsePrefix(string(b))
	if err != nil {
		return fmt.Errorf("%q is no address or network: want one like 192.0.2.1 or 192.0.2.0/24", b)
	}
	s.Prefix = p.Masked()
	return nil
}

// Route leads numbers that start with Prefix to the first of the trunks that
// answers. A + before the prefix is significant.
type Route struct {
	Prefix  string   `yaml:"prefix"`
	Targets []string `yaml:"targets"`
	// Guard is how long a target may stay silent before the next is tried;
	// 4 s if zero.
	Guard time.Duration `yaml:"guard"`
	// Ring is how long a target may ring; 181 s if zero.
	Ring time.Duration `yaml:"ring"`
	// GuardDown is how long one may that is known to be down, where all are;
	// 1 s if zero, and never more than Guard.
	GuardDown time.Duration `yaml:"guard_down"`
	// Strip, Prepend and Plus change the called number on its way out, as a
	// Translation does.
	Strip   int    `yaml:"strip"`
	Prepend string `yaml:"prepend"`
	Plus    string `yaml:"plus"`
	// MinDigits is how many digits a number of the route has at least; a
	// shorter one is refused as incomplete.
	MinDigits int `yaml:"min_digits"`
	// Advance are responses that lead to the next target besides 408, 500,
	// 502, 503 and 504.
	Advance []int `yaml:"advance"`
	// Bypass leaves the media of calls on the route to the two sides: their
	// addresses pass as they are, nothing is relayed.
	Bypass bool `yaml:"bypass"`
}

// defaultGuard bounds a target's silence: carriers wait 2 to 4 s for the
// first response before they take the next route.
const defaultGuard = 4 * time.Second

// The other defaults.
const (
	defaultGuardDown = time.Second
	defaultMisses    = 2
)

// LoadConfig reads a Config from a YAML file and validates it. All faults are
// reported together, each with its line.
func LoadConfig(path string) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Config{}, err
	}
	var c Config
	src := strictyaml.Decode(path, b, &c)
	c.faults(func(path, format string, args ...any) { src.Fault(path, format, args...) })
	return c, src.Err()
}

// Validate gives all faults of the configuration, joined.
func (c *Config) Validate() error {
	var errs []error
	c.faults(func(path, format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: %s", path, fmt.Sprintf(format, args...)))
	})
	return errors.Join(errs...)
}

func (c *Config) faults(add addFault) {
	if !c.Listen.IsValid() {
		add("listen", "missing: want ADDRESS:PORT")
	}
	if c.Listen.Addr().IsUnspecified() {
		add("listen", "%s names no address that could be told to others: want a concrete one", c.Listen.Addr())
	}
	if m := c.Media; m.FirstPort != 0 || m.LastPort != 0 {
		if first := int(m.FirstPort) + int(m.FirstPort)%2; first < 1024 || int(m.LastPort) < first+3 {
			add("media", "ports %d to %d: want at least four from an even one on, from 1024 up", m.FirstPort, m.LastPort)
		}
	}
	c.Registration.faults(add)
	c.accountFaults(add)
	names := c.trunkFaults(add)
	c.routeFaults(names, add)
	if c.Defect != "" {
		if _, err := defect.Find(c.Defect); err != nil {
			add("defect", "%v", err)
		}
	}
}

type addFault = func(path, format string, args ...any)

func (c *Config) trunkFaults(add addFault) (names []string) {
	at := map[netip.Prefix]string{}
	for i, t := range c.Trunks {
		path := fmt.Sprintf("trunks[%d]", i)
		if t.Name == "" || !t.Address.IsValid() || t.Address.Port() == 0 {
			add(path, "want a name and an address with its port")
		}
		if slices.Contains(names, t.Name) {
			add(path+".name", "%q stands twice", t.Name)
		}
		for j, from := range t.sources() {
			other, taken := at[from]
			switch {
			case !from.IsValid():
			case taken && j == 0:
				add(path+".address", "%s is also trunk %q's: calls from it could be either's", from.Addr(), other)
			case taken && other != t.Name:
				add(fmt.Sprintf("%s.trusted[%d]", path, j-1), "%s is also trunk %q's: calls from it could be either's", from, other)
			}
			at[from] = t.Name
		}
		t.Called.faults(path+".called", add)
		t.Caller.faults(path+".caller", add)
		if t.Options < 0 {
			add(path+".options", "%s: want a duration, or 0 for never", t.Options)
		}
		if t.Misses < 0 {
			add(path+".misses", "%d: want 1 at least", t.Misses)
		}
		names = append(names, t.Name)
	}
	return names
}

// sources are the networks that the trunk's calls come from, its own address
// first.
func (t *Trunk) sources() []netip.Prefix {
	a := t.Address.Addr().Unmap()
	all := []netip.Prefix{netip.PrefixFrom(a, a.BitLen())}
	for _, s := range t.Trusted {
		all = append(all, s.Prefix)
	}
	return all
}

func (t Translation) faults(at string, add addFault) {
	if t.Strip < 0 {
		add(at+".strip", "%d: want a count of digits", t.Strip)
	}
	if err := new(numbering.Prefix).UnmarshalText([]byte(t.Prepend)); err != nil {
		add(at+".prepend", "%q: want digits, with or without a + before them", t.Prepend)
	}
	if t.Plus != "" && t.Plus != string(routing.Add) && t.Plus != string(routing.Remove) {
		add(at+".plus", "%q: want add or remove", t.Plus)
	}
}

func (c *Config) routeFaults(trunks []string, add addFault) {
	for i, r := range c.Routes {
		at := fmt.Sprintf("routes[%d]", i)
		if err := new(numbering.Prefix).UnmarshalText([]byte(r.Prefix)); err != nil {
			add(at+".prefix", "%v", err)
		}
		if len(r.Targets) == 0 {
			add(at+".targets", "missing: want at least one trunk")
		}
		for j, t := range r.Targets {
			if !slices.Contains(trunks, t) {
				add(fmt.Sprintf("%s.targets[%d]", at, j), "no trunk %q: want one of %q", t, trunks)
			}
		}
		r.translation().faults(at, add)
		if r.MinDigits < 0 {
			add(at+".min_digits", "%d: want a count of digits", r.MinDigits)
		}
		for j, code := range r.Advance {
			if code < 400 || code > 699 {
				add(fmt.Sprintf("%s.advance[%d]", at, j), "%d is no refusal: want a code from 400 to 699", code)
			}
		}
	}
}

func (r *Route) translation() Translation {
	return Translation{Strip: r.Strip, Prepend: r.Prepend, Plus: r.Plus}
}
