package main

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"
)

// The help of `ringproof load` shows every flag once.
func TestEachFlagOfALoadIsInOneGroup(t *testing.T) {
	var names []string
	for _, g := range loadGroups {
		names = append(names, g.names...)
	}
	c := loadCommand()
	c.InitDefaultHelpFlag()
	all := 0
	c.Flags().VisitAll(func(f *pflag.Flag) {
		all++
		if n := len(slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name != f.Name })); n != 1 {
			t.Errorf("--%s is in %d groups", f.Name, n)
		}
	})
	if len(names) != all {
		t.Errorf("the groups have %d flags, the command %d", len(names), all)
	}
}

// A crowd needs a port for each call that comes through a relay, however few
// callers have a voice.
func TestLinesAreTheCallers(t *testing.T) {
	f := mediaFlags{share: "5%", most: 10}
	if m, err := f.media("2s", false); err != nil || m.Most != 10 || f.crowd() < 1_000 {
		t.Errorf("%d callers may have a voice (%v), and %d calls of the crowd", m.Most, err, f.crowd())
	}
}
