package site

import (
	"crypto/rand"
	_ "embed" // for the demo profile
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ringproof/internal/strictyaml"
)

//go:embed demo.yaml
var demo []byte

// Demo gives the profile of `ringproof demo`: the bundled switch in both
// networking modes, on free ports of the loopback.
func Demo() (*Site, error) { return Parse("demo.yaml", demo) }

// Load reads a profile. The error is a *strictyaml.Faults where the file can
// be read but is wrong.
func Load(path string) (*Site, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, b)
}

// LoadForSwitch reads a profile for a switch that stands in for its system, and
// so has to know the passwords of real phones too.
func LoadForSwitch(path string) (*Site, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parse(path, b, true)
}

// Parse reads a profile from memory; path stands in messages, and files that it
// names are looked for beside it.
func Parse(path string, doc []byte) (*Site, error) { return parse(path, doc, false) }

func parse(path string, doc []byte, forSwitch bool) (*Site, error) {
	var s Site
	src := strictyaml.Decode(path, doc, &s)
	s.passwords(filepath.Dir(path), forSwitch, src.Fault)
	s.validate(src.Fault)
	s.validateFiles(filepath.Dir(path), src.Fault)
	if err := src.Err(); err != nil {
		return nil, err
	}
	s.defaults()
	s.settle(filepath.Dir(path))
	return &s, nil
}

// passwords fetches the accounts' passwords. A real phone's need not be known,
// but to a switch.
func (s *Site) passwords(dir string, forSwitch bool, fault faultFunc) {
	_, real := s.Tested()
	for i := range s.Accounts {
		a := &s.Accounts[i]
		at := fmt.Sprintf("accounts[%d]", i)
		switch {
		case a.PasswordEnv != "" && a.PasswordFile != "":
			fault(at+".password_file", "a second source of the password: want password_env or password_file")
		case a.PasswordEnv != "":
			if a.Password = os.Getenv(a.PasswordEnv); a.Password == "" {
				fault(at+".password_env", "the environment has no %s: want the password in it", a.PasswordEnv)
			}
		case a.PasswordFile != "":
			path := beside(dir, a.PasswordFile)
			b, err := os.ReadFile(path)
			if a.Password = strings.TrimSpace(string(b)); err != nil || a.Password == "" {
				fault(at+".password_file", "no password in %s: want a file with nothing else in it", path)
			}
		case real && a.PlayedBy == ByReal && forSwitch:
			fault(at, "no password: want password_env or password_file, by which the switch knows the real phone")
		case real && a.PlayedBy == ByReal: // it knows its own
		case real:
			fault(at, "no password: want password_env or password_file")
		default:
			a.Password = rand.Text()
		}
	}
}

func (s *Site) defaults() {
	if _, real := s.Tested(); real && s.Expect.Preset == "" {
		s.Expect.Preset = Any
	}
	if s.Expect.Preset == "" {
		s.Expect.Preset = RFC
	}
	s.Expect.fill()
	bound := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	bound(&s.Thresholds.Answer, 5*time.Second)
	bound(&s.Thresholds.Voice, 5*time.Second)
	bound(&s.Thresholds.Picture, 5*time.Second)
	bound(&s.Thresholds.Release, 5*time.Second)
	bound(&s.Thresholds.Fallback, 5*time.Second)
	bound(&s.Thresholds.Delay, 400*time.Millisecond)
	if _, real := s.Tested(); !real && s.Limits == (Limits{}) {
		s.Limits = Limits{Rate: 50, Calls: 500} // gentle, for scenarios
	}
	bound(&s.Thresholds.Load.PDD, 6*time.Second)
	if s.Thresholds.Loss == 0 {
		s.Thresholds.Loss = 5
	}
	for i := range s.Trunks {
		if t := &s.Trunks[i]; t.Supervised() && t.Misses == 0 {
			t.Misses = 2
		}
	}
	bound(&s.Registration.Expiry, time.Minute)
	bound(&s.Registration.Grace, time.Second)
	for i := range s.Routes {
		bound(&s.Routes[i].Guard, 4*time.Second)
	}
}
