package site

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// PlayedBy is who plays a party.
type PlayedBy string

// Who plays a party; a simulator of ours if nothing is said.
const (
	BySimulator PlayedBy = "simulator"
	ByReal      PlayedBy = "real"
)

// UnmarshalText reads it.
func (p *PlayedBy) UnmarshalText(b []byte) error {
	switch *p = PlayedBy(b); *p {
	case BySimulator, ByReal:
		return nil
	}
	return fmt.Errorf("%q: want simulator or real", string(b))
}

// RealPhone is what is known of a phone that is not ours. One that is a
// program plays a voice of ours and keeps what it hears; one that does neither
// has somebody who holds it.
type RealPhone struct {
	Product string `yaml:"product"`
	// Plays is the file with the voice, which `ringproof voice` writes;
	// Records is the directory in which it keeps what it hears, as WAV.
	Plays   string `yaml:"plays"`
	Records string `yaml:"records"`
}

// Held tells whether a person holds the phone.
func (p RealPhone) Held() bool { return p.Plays == "" }

// validateReal looks at an account whose phone is not ours.
func (a Account) validateReal(at string, fault faultFunc) {
	if a.PlayedBy != ByReal {
		if a.Phone != (RealPhone{}) {
			fault(at+".phone", "of a phone that we play: want played_by: real beside it")
		}
		return
	}
	if a.Branch != "" || a.Ring != 0 || a.Shared || a.RequestURI != "" {
		fault(at+".played_by", "a real phone with branch, ring, shared or request_uri: want those at accounts that we register")
	}
	if (a.Phone.Plays == "") != (a.Phone.Records == "") {
		fault(at+".phone", "want both plays and records, for a program, or neither, for a phone that somebody holds")
	}
}

// validateFiles looks at what programs play, and where they keep what they hear.
// It is all to be there before a run, which makes none of it: a directory that
// a run makes is one that the phone does not write to.
func (s *Site) validateFiles(dir string, fault faultFunc) {
	var roots, users []string // directories without links, and whose they are
	for i, a := range s.Accounts {
		if a.PlayedBy != ByReal || a.Phone.Plays == "" || a.Phone.Records == "" {
			continue
		}
		at := fmt.Sprintf("accounts[%d].phone", i)
		plays := beside(dir, a.Phone.Plays)
		if info, err := os.Stat(plays); err != nil || !info.Mode().IsRegular() {
			fault(at+".plays", "no file %s: want one that `ringproof voice` wrote", plays)
		}
		root, err := directory(beside(dir, a.Phone.Records))
		if err != nil {
			fault(at+".records", "%s: want the directory in which the phone keeps what it hears, which is there before a run", err)
			continue
		}
		if j := slices.IndexFunc(roots, func(o string) bool { return within(root, o) || within(o, root) }); j >= 0 {
			fault(at+".records", "%s has what account %q keeps: want a directory of its own, for a recording does not say whose it is", beside(dir, a.Phone.Records), users[j])
		}
		roots, users = append(roots, root), append(users, a.User)
	}
}

// directory gives the path of a directory without links, if it can be read.
func directory(path string) (string, error) {
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", fmt.Errorf("no directory %s", path)
	}
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return "", fmt.Errorf("%s is no directory", path)
	}
	f, err := os.Open(root)
	if err == nil {
		defer f.Close()
		_, err = f.Readdirnames(1)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("%s cannot be read", path)
	}
	return filepath.Abs(root)
}

// within tells whether a path is a directory or in it.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && rel != ".." && !strings.HasPrefix(rel, "../")
}

// beside gives the path of a file that a profile in dir names.
func beside(dir, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// settle keeps the accounts of real phones apart from those that we register,
// with their files beside the profile.
func (s *Site) settle(dir string) {
	for _, a := range s.Accounts {
		if a.PlayedBy == ByReal {
			a.Phone.Plays, a.Phone.Records = beside(dir, a.Phone.Plays), beside(dir, a.Phone.Records)
			s.Real = append(s.Real, a)
		}
	}
	s.Accounts = slices.DeleteFunc(s.Accounts, func(a Account) bool { return a.PlayedBy == ByReal })
}
