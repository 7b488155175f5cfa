package site

import (
	"embed"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"text/template"

	"ringproof/internal/numbering"
	"ringproof/internal/wire"
)

//go:embed start
var starts embed.FS

// neverDial are emergency numbers, which a new profile forbids.
var neverDial = [...]string{"110", "112", "119", "911"}

// start fills the templates of a new profile.
type start struct {
	Host, Server, Domain, Phones string
	Accounts                     []startAccount
	Third                        *startAccount // to add, where there are fewer than three
	NeverDial                    []string
	LeftOut                      []leftOut
}

// third is an account that is nobody's yet.
const third = "another"

type startAccount struct{ User, Number, Env string }

// leftOut is an emergency number that an account's number starts with.
type leftOut struct{ Prefix, Number string }

// Start gives a profile to start from, with comments: for the bundled switch,
// and by its comments for a real system.
func Start() (string, error) {
	s := start{NeverDial: neverDial[:]}
	return s.write("start/bundled.yaml")
}

// StartFrom gives a profile of phones at a system, from one line:
//
//	SERVER[/DOMAIN] USER[=NUMBER][,USER[=NUMBER]...] [OURADDRESS]
//
// The address to bind, if it is not said, is what source gives for the
// server's. Passwords are to come from the environment; the names of the
// variables are the second result.
func StartFrom(line string, source func(netip.AddrPort) (netip.Addr, error)) (profile string, env []string, err error) {
	words := strings.Fields(line)
	if len(words) < 2 || len(words) > 3 {
		return "", nil, fmt.Errorf("%q: want SERVER[/DOMAIN] USER[=NUMBER],... [OURADDRESS], as in \"udp:192.0.2.1:5060 1001,1002\"", line)
	}
	server, domain, _ := strings.Cut(words[0], "/")
	hop, err := wire.ParseHop(server)
	if err != nil {
		return "", nil, err
	}
	s := start{Host: hop.Addr.Addr().String(), Server: hop.String(), Domain: domain}
	if err := s.accounts(words[1]); err != nil {
		return "", nil, err
	}
	var at netip.Addr
	if len(words) == 3 {
		if at, err = netip.ParseAddr(words[2]); err != nil {
			return "", nil, fmt.Errorf("%q is no IP address of ours", words[2])
		}
	} else if at, err = source(hop.Addr); err != nil {
		return "", nil, fmt.Errorf("our address towards %s is not known (%w): say it as the third word", hop.Addr, err)
	}
	s.Phones = at.String()
	for _, a := range s.Accounts {
		env = append(env, a.Env)
	}
	profile, err = s.write("start/real.yaml")
	return profile, env, err
}

// accounts reads "1001,1002=+49301002" and settles which emergency numbers
// can be forbidden beside them.
func (s *start) accounts(list string) error {
	for _, word := range strings.Split(list, ",") {
		user, number, _ := strings.Cut(word, "=")
		if user == "" {
			return fmt.Errorf("%q: want USER or USER=NUMBER, separated by commas", list)
		}
		a := startAccount{User: user, Number: number, Env: envOf(user)}
		if slices.ContainsFunc(s.Accounts, func(b startAccount) bool { return b.User == user || b.Env == a.Env }) {
			return fmt.Errorf("%q: account %s, or one whose password would have the same name, stands twice", list, user)
		}
		s.Accounts = append(s.Accounts, a)
	}
	if len(s.Accounts) < 3 {
		s.Third = &startAccount{User: third, Env: envOf(third)}
	}
	for _, p := range neverDial {
		at := slices.IndexFunc(s.Accounts, func(a startAccount) bool { return numbering.Prefix(p).Starts(a.dialled()) })
		if at < 0 {
			s.NeverDial = append(s.NeverDial, p)
			continue
		}
		s.LeftOut = append(s.LeftOut, leftOut{p, s.Accounts[at].dialled()})
	}
	return nil
}

func (a startAccount) dialled() string {
	if a.Number != "" {
		return a.Number
	}
	return a.User
}

// envOf names the variable of an account's password.
func envOf(user string) string {
	return "RINGPROOF_PASSWORD_" + strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, user)
}

func (s *start) write(head string) (string, error) {
	var b strings.Builder
	for _, name := range []string{head, "start/rest.yaml"} {
		t, err := template.ParseFS(starts, name)
		if err != nil {
			return "", err
		}
		if err := t.Execute(&b, s); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}
