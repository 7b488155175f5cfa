package html

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"ringproof/reports/record"
)

// underLoad is what many calls at once came to.
type underLoad struct {
	record.Load
	Way     []stop
	Refused []refused
	Delays  []delays
	Rates   *chart // calls a second
	Pace    *chart // delays; nil, as Rates, where there are too few seconds to see anything
}

// trial is one load of a search for the highest rate.
type trial struct {
	Rate         float64
	Placed, Good uint64
	Short        bool   // not all were carried
	Spoiled      string // why it proves nothing; empty where it was carried all the same
}

// newTrials lists the loads of a search; none where there was no search.
func newTrials(loads []underLoad) (out []trial) {
	for i := range loads {
		l := &loads[i].Load
		if l.Trial == 0 {
			continue
		}
		t := trial{Rate: l.Offered.Rate, Placed: l.Placed(), Good: l.Good()}
		t.Short = t.Good < l.Callers.Attempts
		if t.Short && len(l.Spoiled) > 0 {
			t.Spoiled = l.Spoiled[0].What
		}
		out = append(out, t)
	}
	return out
}

// stop is how many calls came to a point of their way, on both sides.
type stop struct {
	Name           string
	Caller, Called uint64
	Of             float64 // of the calls that were placed at the called side, in percent
	Short          bool    // fewer than were to come
}

// refused is how many calls ended with a code, or without any.
type refused struct {
	What string
	N    uint64
	Of   string
}

// delays are those of one kind.
type delays struct {
	Name, Clause string
	record.LoadDelays
}

// fewest is how many seconds a curve needs.
const fewest = 3

func newLoads(run *record.Run, s record.Scenario) (out []underLoad) {
	for _, l := range run.Loads {
		if l.Scenario == s.Index {
			out = append(out, newLoad(l))
		}
	}
	return out
}

func newLoad(l record.Load) underLoad {
	out := underLoad{Load: l}
	placed := l.Placed()
	at := func(name string, caller, called uint64) {
		out.Way = append(out.Way, stop{name, caller, called, share(called, placed), called < placed})
	}
	at("Placed, and arrived", placed, l.Crowd.Invited)
	at("Answered", l.Callers.Answered, l.Crowd.Answered)
	at("Released", l.Callers.Completed, l.Crowd.Released)
	of := func(what string, n uint64) {
		if n > 0 {
			out.Refused = append(out.Refused, refused{what, n, fmt.Sprintf("%.3g %%", share(n, l.Callers.Attempts))})
		}
	}
	for _, code := range slices.Sorted(maps.Keys(l.Callers.Codes)) {
		if code >= 300 {
			of(fmt.Sprintf("refused with %d", code), l.Callers.Codes[code])
		}
	}
	of("no final response", l.Callers.TimedOut)
	for _, u := range l.Callers.Unusable {
		of("but "+u.What, u.Calls)
	}
	of("connection lost", l.Callers.Lost)
	of("taken back while they rang, for the run was to end", l.Callers.Withdrawn)
	of("answered too late", l.Callers.Late)
	of("hung up before their time", l.Callers.Early)
	of("answered without an audio stream", l.Callers.Undescribed)
	of("BYE refused", l.Callers.ByeDenied)
	of("BYE without a response", l.Callers.NoBye)
	for _, u := range l.Callers.ByeUnusable {
		of("but "+u.What, u.Calls)
	}
	of("BYE with a tag of no dialog", l.Callers.Misled)
	of("left over at "+l.Called, uint64(l.Crowd.Open))
	of("not begun: as many as the limit allows", l.Callers.Blocked)
	of("requests of ours sent again", l.Callers.Again)
	for _, d := range []delays{
		{"Session request delay", "SRD, RFC 6076 §4.3.1", l.SRD},
		{"SRD of refused calls", "RFC 6076 §4.3.2", l.FailedSRD},
		{"Post-dial delay", "PDD, to the first 18x or the answer", l.PDD},
		{"To the answer", "2xx", l.Answer},
		{"Session disconnect delay", "SDD, RFC 6076 §4.4", l.SDD},
		{"Our own starts were late by", "counted into the others", l.Lateness},
	} {
		if d.Count > 0 {
			out.Delays = append(out.Delays, d)
		}
	}
	if len(l.Seconds) >= fewest {
		out.Rates, out.Pace = rates(l), pace(l)
	}
	return out
}

// Percentile writes one, in which stand calls whose response never came.
func (d delays) Percentile(ms float64) string {
	if ms >= record.Endless {
		return "never"
	}
	return fmt.Sprintf("%.2f", ms)
}

func share(n, of uint64) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(n) / float64(of)
}

// columnsOf puts seconds together, so many at a time, where there are more than
// a chart has columns.
func columnsOf(l record.Load) (groups [][]record.LoadSecond, per int) {
	per = (len(l.Seconds) + mostColumns - 1) / mostColumns
	return slices.Collect(slices.Chunk(l.Seconds, per)), per
}

// rates draws how many of the calls that began in a second were answered, and
// how many failed.
func rates(l record.Load) *chart {
	groups, per := columnsOf(l)
	c := newChart("Calls a second, by when they began", len(groups), per)
	most := l.Offered.Rate
	type column struct{ begun, answered, failed float64 }
	var list []column
	for _, g := range groups {
		var x column
		for _, s := range g {
			x.begun += float64(s.Attempts) / float64(len(g))
			x.answered += float64(s.Answered) / float64(len(g))
			x.failed += float64(s.Failed) / float64(len(g))
		}
		most = max(most, x.begun)
		list = append(list, x)
	}
	c.scale(most, "")
	for i, x := range list {
		c.stack(i, fmt.Sprintf("%s: %.4g/s begun, %.4g/s answered, %.4g/s failed", c.when(i), x.begun, x.answered, x.failed),
			part{x.answered, "answered"}, part{x.failed, "failed"}, part{max(0, x.begun-x.answered-x.failed), "open"})
	}
	c.mark(l.Offered.Rate, fmt.Sprintf("%g/s offered", l.Offered.Rate))
	c.Legend = []legend{{"answered", "answered"}, {"failed", "failed"}}
	return c
}

// pace draws the delays of the calls of each second: the median, and what one
// in twenty is beyond.
func pace(l record.Load) *chart {
	groups, per := columnsOf(l)
	c := newChart("Post-dial delay in ms, by when calls began", len(groups), per)
	most := 0.0
	for _, s := range l.Seconds {
		most = max(most, s.PDD95, s.SRD95)
	}
	if most == 0 {
		return nil
	}
	limit := l.Offered.AllowedPDD
	if limit > 0 && limit <= 4*most { // else it would press all else to the ground
		most = max(most, limit)
	}
	c.scale(most, " ms")
	for i, g := range groups {
		var p50, p95, srd float64
		for _, s := range g {
			p50, p95, srd = max(p50, s.PDD50), max(p95, s.PDD95), max(srd, s.SRD95)
		}
		c.stack(i, fmt.Sprintf("%s: PDD median %.3g ms, 95 %% %.3g ms; SRD 95 %% %.3g ms", c.when(i), p50, p95, srd),
			part{p50, "p50"}, part{max(0, p95-p50), "p95"})
	}
	if limit > 0 {
		if limit <= most {
			c.mark(limit, fmt.Sprintf("%g ms allowed", limit))
		} else {
			c.Beyond = fmt.Sprintf("The limit for 95 %%, %g ms, is above what is drawn.", limit)
		}
	}
	c.Legend = []legend{{"p50", "median"}, {"p95", "95th percentile"}}
	return c
}

// chart is columns over seconds, in the units of its viewBox.
type chart struct {
	Title   string
	Width   int
	Height  int
	Grid    []gridline
	Ticks   []tick
	Columns []bars
	Mark    *gridline
	Legend  []legend
	Beyond  string

	per  int // seconds of a column
	wide float64
	top  float64 // the value at the top
}

type gridline struct {
	Y     float64
	Label string
}

type tick struct {
	X     float64
	Label string
}

// bars are one column, from the ground up.
type bars struct {
	X, Wide float64
	Text    string
	Parts   []rect
}

type rect struct {
	Y, High float64
	Class   string
}

type legend struct{ Class, Text string }

// part is a value of a column, and how it looks.
type part struct {
	value float64
	class string
}

// The room of a chart: its axes stand left and below.
const (
	mostColumns          = 120
	chartWide, chartHigh = 960, 210
	axisLeft, axisBelow  = 56, 24
	axisAbove, axisRight = 14, 8
	widestColumn         = 64
)

func newChart(title string, columns, per int) *chart {
	c := &chart{Title: title, Width: chartWide, Height: chartHigh, per: per}
	c.wide = min(widestColumn, float64(chartWide-axisLeft-axisRight)/float64(columns))
	step := max(1, int(math.Ceil(60/c.wide)))
	for i := 0; i < columns; i += step {
		c.Ticks = append(c.Ticks, tick{axisLeft + float64(i)*c.wide, fmt.Sprintf("%d s", i*per)})
	}
	return c
}

// scale settles the values of the axis: round ones, about four.
func (c *chart) scale(most float64, unit string) {
	step := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, f := range []float64{1, 2, 2.5, 5, 10} {
		if step*f*4 >= most {
			step *= f
			break
		}
	}
	c.top = step * math.Ceil(most/step-1e-9)
	for v := 0.0; v <= c.top*1.0001; v += step {
		c.Grid = append(c.Grid, gridline{c.y(v), fmt.Sprintf("%.4g%s", v, unit)})
	}
}

func (c *chart) y(v float64) float64 {
	return chartHigh - axisBelow - v/c.top*(chartHigh-axisBelow-axisAbove)
}

func (c *chart) stack(i int, text string, parts ...part) {
	gap := min(3, c.wide/6)
	b := bars{X: axisLeft + float64(i)*c.wide + gap/2, Wide: c.wide - gap, Text: text}
	sum := 0.0
	for _, p := range parts {
		if p.value > 0 {
			b.Parts = append(b.Parts, rect{c.y(sum + p.value), c.y(sum) - c.y(sum+p.value), p.class})
			sum += p.value
		}
	}
	c.Columns = append(c.Columns, b)
}

func (c *chart) mark(v float64, label string) { c.Mark = &gridline{c.y(v), label} }

// when names the seconds of a column.
func (c *chart) when(i int) string {
	if c.per == 1 {
		return fmt.Sprintf("second %d", i+1)
	}
	return fmt.Sprintf("seconds %d to %d", i*c.per+1, (i+1)*c.per)
}
