package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"ringproof/simulators/load"
)

// mediaFlags say which calls carry media.
type mediaFlags struct {
	share     string
	most      int
	anyNumber bool
}

func (f *mediaFlags) add(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.share, "media", "", "share of the calls whose sound is heard at both ends, like 5%; with --answer alone any share has the crowd ready for it")
	s.IntVar(&f.most, "lines", 2_000, "calls placed with a voice at a time at most, each on a port of its own")
	s.BoolVar(&f.anyNumber, "any-number", false, "let the system change the last four digits of the number that was dialled")
}

// media reads the flags. Calls that end with their answer cannot have any.
// Held says that a mix has times of its own.
func (f *mediaFlags) media(hold string, held bool) (m load.Media, err error) {
	if f.share == "" {
		return m, nil
	}
	share, err := load.ParsePercent(f.share)
	switch {
	case err != nil:
		return m, fmt.Errorf("--media %w", err)
	case share == 0:
		return m, fmt.Errorf("--media %s: want a share above 0, like 5%%, or none of it", f.share)
	case f.most < 1 || f.most > load.CrowdLines:
		return m, fmt.Errorf("--lines %d: want 1 to %d", f.most, load.CrowdLines)
	case tooShort(hold) && !held:
		return m, errors.New("--media: calls that are over within a second prove nothing of a voice: want --hold, like 3s")
	}
	return load.Media{Share: share / 100, Most: f.most, AnyNumber: f.anyNumber}, nil
}

// comes finds a share that comes to no call at all.
func (f *mediaFlags) comes(m load.Media, a load.Arrivals) error {
	if m.Share == 0 {
		return nil
	}
	if ok, calls := m.Spoken(a); !ok {
		return fmt.Errorf("--media %s: of %d calls that is less than one: want a greater share, or more calls", f.share, calls)
	}
	return nil
}

// tooShort tells whether all calls are over before a voice can be judged.
func tooShort(hold string) bool {
	s, err := load.ParseSpan(hold)
	return err == nil && !s.Endless && s.Most <= time.Second
}

// crowd gives how many calls of a crowd may have a voice.
func (f *mediaFlags) crowd() int {
	if f.share == "" {
		return 0
	}
	return load.CrowdLines
}

// voices prints what was heard.
func (p *printer) voices(v *load.Voices) {
	if v == nil {
		return
	}
	p.table("Media", 1, func(w io.Writer) {
		for _, x := range []struct {
			name string
			n    uint64
		}{
			{"heard both ways", v.Good},
			{"not heard by the caller", v.NotHere},
			{"not heard by the called side", v.NotThere},
			{"crossed with another call", v.Crossed},
			{"somebody else beside the called side", v.Foreign},
			{"changed on the way", v.Changed},
			{"no voice in the first half second", v.Late},
			{"more than 5 % lost", v.Gaps},
			{"no address in the answer", v.Unasked},
			{"heard itself", v.Echo},
			{"ended by the other side in less than a second", v.Cut},
			{"over too soon to tell", v.Short},
		} {
			if x.n > 0 || x.name == "heard both ways" {
				fmt.Fprintf(w, "  %s\t%d\t%s\n", x.name, x.n, part(x.n, v.Calls()))
			}
		}
	})
}
