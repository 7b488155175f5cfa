package refswitch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"ringproof/internal/numbering"
	"ringproof/internal/strictyaml"
	"ringproof/refswitch/defect"
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

// Account is a user with a password and the numbers that reach them; the
// user's name is always one of them.
type Account struct {
	User     string   `yaml:"user"`
	Password string   `yaml:"password"`
	Numbers  []string `yaml:"numbers"`
}

// Trunk is a peer at a fixed address.
type Trunk struct {
	Name    string         `yaml:"name"`
	Address netip.AddrPort `yaml:"address"`
}

// Route leads numbers that start with Prefix to the first of the trunks that
// answers.
type Route struct {
	Prefix  string   `yaml:"prefix"`
	Targets []string `yaml:"targets"`
	// Guard is how long a target may stay silent before the next is tried;
	// 4 s if zero.
	Guard time.Duration `yaml:"guard"`
}

// defaultGuard bounds a target's silence: carriers wait 2 to 4 s for the
// first response before they take the next route.
const defaultGuard = 4 * time.Second

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

func (c *Config) accountFaults(add addFault) {
	owner := map[string]int{}
	for i, a := range c.Accounts {
		at := fmt.Sprintf("accounts[%d]", i)
		if a.User == "" || a.Password == "" {
			add(at, "want a user and a password")
		}
		for _, n := range append([]string{a.User}, a.Numbers...) {
			if before, taken := owner[n]; taken && before != i {
				add(at, "%q belongs to two accounts", n)
			}
			owner[n] = i
		}
	}
}

func (c *Config) trunkFaults(add addFault) (names []string) {
	at := map[netip.Addr]string{}
	for i, t := range c.Trunks {
		path := fmt.Sprintf("trunks[%d]", i)
		if t.Name == "" || !t.Address.IsValid() || t.Address.Port() == 0 {
			add(path, "want a name and an address with its port")
		}
		if slices.Contains(names, t.Name) {
			add(path+".name", "%q stands twice", t.Name)
		}
		if other, taken := at[t.Address.Addr()]; taken && t.Address.IsValid() {
			add(path+".address", "%s is also trunk %q's: calls from it could be either's", t.Address.Addr(), other)
		}
		at[t.Address.Addr()] = t.Name
		names = append(names, t.Name)
	}
	return names
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
	}
}
