package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// underLoad prints what came of a load: what passed from side to side, second
// by second and in all, and what it was held to.
func (p *printer) underLoad(run *record.Run) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calm()
	var broke *record.Load // of a search, the trial at the lowest rate that was not carried
	for i := range run.Loads {
		l := &run.Loads[i]
		switch {
		case l.Trial == 0:
			p.aLoad(l)
		case l.Good() < l.Callers.Attempts && (broke == nil || l.Offered.Rate < broke.Offered.Rate):
			broke = l
		}
	}
	if broke != nil {
		p.line("\nCalls failed from %.4g/s on:", broke.Offered.Rate)
		p.aLoad(broke)
	}
	p.line("")
	p.checks(run)
}

func (p *printer) aLoad(l *record.Load) {
	p.line("\n%s", p.paint(bold, fmt.Sprintf("%s → %s", l.Caller, l.Called)))
	p.line("  %s → %s → %s, dialled: %s", l.From, l.System, l.At, l.Number)
	p.table("Calls", 1, func(w io.Writer) {
		c, h := l.Callers, l.Crowd
		for _, x := range []struct {
			name        string
			n           uint64
			there       uint64
			both, sayIf bool
		}{
			{"placed, arrived", l.Placed(), h.Invited, true, true},
			{"answered", c.Answered, h.Answered, true, true},
			{"released", c.Completed, h.Released, true, true},
			{"left over", c.Cut, uint64(h.Open), true, h.Open > 0 || c.Cut > 0},
			{"failed", c.Failed, 0, false, true},
			{"no response", c.TimedOut, 0, false, c.TimedOut > 0},
			{"connection lost", c.Lost, 0, false, c.Lost > 0},
			{"taken back while they rang, for the end", c.Withdrawn, 0, false, c.Withdrawn > 0},
			{"answered too late", c.Late, 0, false, c.Late > 0},
			{"hung up before their time", c.Early, 0, false, c.Early > 0},
			{"answered without an audio stream", c.Undescribed, 0, false, c.Undescribed > 0},
			{"BYE refused or without response", c.ByeDenied + c.NoBye, 0, false, c.ByeDenied+c.NoBye > 0},
			{"BYE with a tag of no dialog", c.Misled, 0, false, c.Misled > 0},
			{"answered by a second phone", c.Forked, 0, false, c.Forked > 0},
			{"not begun, over the limit", c.Blocked, 0, false, c.Blocked > 0},
			{"requests sent again", c.Again, 0, false, c.Again > 0},
		} {
			switch {
			case !x.sayIf:
			case x.both:
				fmt.Fprintf(w, "  %s\t%d\t%d at %s\n", x.name, x.n, x.there, l.Called)
			default:
				fmt.Fprintf(w, "  %s\t%d\t%s\n", x.name, x.n, part(x.n, c.Attempts))
			}
		}
		for _, u := range slices.Concat(c.Unusable, c.ByeUnusable) {
			fmt.Fprintf(w, "  %s\t%d\t%s\n", u.What, u.Calls, part(u.Calls, c.Attempts))
		}
		for _, code := range slices.Sorted(maps.Keys(c.Codes)) {
			if code >= 300 {
				fmt.Fprintf(w, "  refused with %d\t%d\t%s\n", code, c.Codes[code], part(c.Codes[code], c.Attempts))
			}
		}
	})
	p.voices((*load.Voices)(l.Voices))
	p.delaysOf(l)
	var steps []load.Step
	for _, s := range l.Offered.Steps {
		steps = append(steps, load.Step{Rate: s.Rate, For: time.Duration(s.For)})
	}
	p.bySteps(steps, l.Seconds)
	p.curves(l)
}

func (p *printer) delaysOf(l *record.Load) {
	d := func(x record.LoadDelays) load.Delays { return load.Delays(x) }
	p.delayTable(callDelays(d(l.SRD), d(l.FailedSRD), d(l.PDD), d(l.Answer), d(l.SDD), d(l.Lateness)))
	var words []string
	for _, r := range l.Ratios {
		words = append(words, fmt.Sprintf("%s %.4g %%", r.Name, r.Percent))
	}
	if l.SDT != nil {
		words = append(words, fmt.Sprintf("SDT %.4g s", *l.SDT))
	}
	p.line("\n%s\n  %s", p.paint(bold, "RFC 6076, E.425"), strings.Join(words, "   "))
}

// mostBars is how many columns a curve takes at most.
const mostBars = 60

// curves draws how it went from second to second.
func (p *printer) curves(l *record.Load) {
	if len(l.Seconds) < 3 {
		return // nothing that a line would say better
	}
	p.line("\n%s", p.paint(bold, fmt.Sprintf("By the second, for %d s", len(l.Seconds))))
	begun := 0.0 // what counts of calls are drawn against
	for _, s := range l.Seconds {
		begun = max(begun, float64(s.Attempts))
	}
	for _, c := range []struct {
		name, style string
		at          func(record.LoadSecond) float64
		unit        string
		top         float64
	}{
		{"begun", "", func(s record.LoadSecond) float64 { return float64(s.Attempts) }, "/s", begun},
		{"answered", green, func(s record.LoadSecond) float64 { return float64(s.Answered) }, "/s", begun},
		{"failed", red, func(s record.LoadSecond) float64 { return float64(s.Failed) }, "/s", begun},
		{"p95 of PDD", yellow, func(s record.LoadSecond) float64 { return s.PDD95 }, " ms", 0},
	} {
		var v []float64
		for _, s := range l.Seconds {
			v = append(v, c.at(s))
		}
		bars, most := sparkline(v, c.top, mostBars)
		p.line("  %-11s %s  %s", c.name, p.paint(c.style, bars), p.paint(faint, fmt.Sprintf("most %.4g%s", most, c.unit)))
	}
}

// sparkline draws values as bars of eight heights, of which the tallest is top,
// or the highest value if 0: the highest of several in a column where there are
// more than columns. It gives the highest of all.
func sparkline(v []float64, top float64, columns int) (bars string, most float64) {
	per := (len(v) + columns - 1) / columns
	var high []float64
	for c := range slices.Chunk(v, max(1, per)) {
		high = append(high, slices.Max(c))
	}
	most = slices.Max(high)
	top = max(top, most)
	const heights = "▁▂▃▄▅▆▇█"
	levels := []rune(heights)
	var b strings.Builder
	for _, x := range high {
		if x == 0 {
			b.WriteRune(' ')
			continue
		}
		b.WriteRune(levels[min(len(levels)-1, int(x/top*float64(len(levels))))])
	}
	return b.String(), most
}
