package main

import (
	"errors"
	"fmt"
	"io"

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
	s.StringVar(&f.share, "media", "", "calls that carry RTP both ways whose content is verified, like 5%; with --answer alone any share makes the crowd ready for them")
	s.IntVar(&f.most, "lines", 2_000, "calls with media at a time at most, each on a port of its own; the crowd lends one to each call that might have it")
	s.BoolVar(&f.anyNumber, "any-number", false, "the called side of a call with media may be called by a number that does not end in the four digits that were dialled")
}

// media reads the flags. Calls that end with their answer cannot have any.
func (f *mediaFlags) media(hold string) (m load.Media, err error) {
	if f.share == "" {
		return m, nil
	}
	share, err := load.ParsePercent(f.share)
	switch {
	case err != nil:
		return m, fmt.Errorf("--media %w", err)
	case f.most < 1 || f.most > 20_000:
		return m, fmt.Errorf("--lines %d: want 1 to 20000", f.most)
	case hold == "0s":
		return m, errors.New("--media: calls that end with their answer carry none: want --hold, like 3s")
	}
	return load.Media{Share: share / 100, Most: f.most, AnyNumber: f.anyNumber}, nil
}

// crowd gives how many calls of a crowd may have a voice.
func (f *mediaFlags) crowd() int {
	if f.share == "" {
		return 0
	}
	return f.most
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
			{"over too soon to tell", v.Short},
		} {
			if x.n > 0 || x.name == "heard both ways" {
				fmt.Fprintf(w, "  %s\t%d\t%s\n", x.name, x.n, part(x.n, v.Calls()))
			}
		}
	})
}
