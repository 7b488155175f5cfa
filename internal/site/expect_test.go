package site_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"ringproof/internal/golden"
	"ringproof/internal/site"
)

// parsed reads the profile of two trunks with more lines, for a real system
// or for the bundled switch.
func parsed(t *testing.T, real bool, more string) *site.Site {
	t.Helper()
	text := "version: 1\nname: Test\ntrunks:\n  - {name: west, address: '192.0.2.11:5060', numbers: 6000-6099}\n" + more
	if real {
		text += "systems:\n  - {name: pbx, under_test: true, sip: '192.0.2.1:5060'}\n"
	}
	path := filepath.Join(t.TempDir(), "site.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := site.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCodesOfEachPreset(t *testing.T) {
	out := ""
	for _, p := range []site.Preset{site.RFC, site.Kamailio, site.Asterisk, site.SBC, site.Any} {
		s := parsed(t, false, fmt.Sprintf("expect: {preset: %s}\n", p))
		out += string(p) + "\n"
		for _, c := range s.Expect.Cases() {
			out += fmt.Sprintf("  %-14s %v\n", c.Name, *c.Codes)
		}
	}
	golden.Compare(t, "testdata/presets.txt", out)
}

func TestWhatAPresetMustHold(t *testing.T) {
	rfc := parsed(t, false, "").Expect
	anyKind := parsed(t, true, "").Expect
	if rfc.Preset != site.RFC || anyKind.Preset != site.Any {
		t.Errorf("got presets %s and %s, want rfc for the bundled switch and any for a real system", rfc.Preset, anyKind.Preset)
	}
	for _, p := range []site.Preset{site.RFC, site.Kamailio, site.Asterisk, site.SBC, site.Any} {
		e := parsed(t, true, fmt.Sprintf("expect: {preset: %s}\n", p)).Expect
		for i, c := range e.Cases() {
			if len(*c.Codes) == 0 || !slices.IsSorted(*c.Codes) {
				t.Errorf("%s: %s is %v, want codes in rising order", p, c.Name, *c.Codes)
			}
			for _, code := range *rfc.Cases()[i].Codes {
				if !slices.Contains(*c.Codes, code) {
					t.Errorf("%s: %s does not accept %d, which the RFCs ask for", p, c.Name, code)
				}
			}
			for _, code := range *c.Codes {
				if !slices.Contains(*anyKind.Cases()[i].Codes, code) {
					t.Errorf("any: %s does not accept %d, which %s does", c.Name, code, p)
				}
			}
		}
		// A busy line and a cancelled call are never anything else.
		if !slices.Equal(e.Busy, []int{486, 600}) || !slices.Equal(e.Cancelled, []int{487}) {
			t.Errorf("%s: busy %v, cancelled %v", p, e.Busy, e.Cancelled)
		}
	}
}

func TestCodesThatAreSaidReplaceThoseOfThePreset(t *testing.T) {
	e := parsed(t, true, "expect: {preset: asterisk, offline: [503], all_down: 500}\n").Expect
	if !slices.Equal(e.Offline, []int{503}) || !slices.Equal(e.AllDown, []int{500}) || !slices.Contains(e.Rejected, 403) {
		t.Errorf("got %+v", e)
	}
}

func TestOptionThatIsNotSaidIsOffered(t *testing.T) {
	for _, o := range parsed(t, true, "").Options.All() {
		if !o.Offered {
			t.Errorf("%s is not offered", o.Name)
		}
	}
	s := parsed(t, true, "options: {session_timers: false, refer: true, options_ping: false}\n")
	for _, o := range s.Options.All() {
		if want := o.Name != "session_timers" && o.Name != "options_ping"; o.Offered != want {
			t.Errorf("%s: offered %v, want %v", o.Name, o.Offered, want)
		}
	}
	if _, err := s.Options.Offers("teleportation"); err == nil {
		t.Error("no error for an option that does not exist")
	}
}
