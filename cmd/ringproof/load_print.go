package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ringproof/simulators/load"
)

// refusals says how often each code above 299 came.
func refusals(codes map[int]uint64, say func(name string, n uint64)) {
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		if code >= 300 {
			say(fmt.Sprintf("  with %d", code), codes[code])
		}
	}
}

// loaded prints what came of a load: calls, ratios, delays, then whether it
// was valid and what it missed.
func (p *printer) loaded(r load.Report, misses []load.Miss) {
	fmt.Fprintf(p.w, "\n%d calls begun at %.4g/s\n", r.Attempts, r.Rate)
	if r.Users > 0 {
		fmt.Fprintf(p.w, "by %d users, each one call after the other: what the system is slow at makes them call less, and its delays look shorter than they would be at a fixed rate\n", r.Users)
	}
	p.table("Calls", 1, func(w io.Writer) {
		say := func(name string, n uint64) {
			if n > 0 || name == "answered" || name == "completed" {
				fmt.Fprintf(w, "  %s\t%d\t%s\n", name, n, part(n, r.Attempts))
			}
		}
		say("answered", r.Answered)
		say("completed", r.Completed)
		say("refused", r.Refused)
		refusals(r.Codes, say)
		say("no response", r.TimedOut)
		for _, u := range r.Unusable {
			say("  but "+u.What, u.Calls)
		}
		say("not answered, as our own crowd was told", r.AsTold)
		say("taken back while they rang, for the end", r.Withdrawn)
		say("connection lost", r.Disconnected)
		say("answered too late", r.LateAnswers)
		say("answered without an audio stream", r.Undescribed)
		say("BYE refused", r.ByeRefused)
		say("BYE without response", r.ByeTimedOut)
		for _, u := range r.ByeUnusable {
			say("  but "+u.What, u.Calls)
		}
		say("not known to be released when it ended", r.Cut)
		say("released by the other side", r.ReleasedThere)
		say("  before their time", r.ReleasedEarly)
		say("BYE with another tag", r.Misled)
		say("challenged", r.Challenged)
		say("answered by a second phone", r.Forked)
		say("answered without ringing", r.NoRinging)
		say("not begun, over the limit", r.Blocked)
		say("requests sent again", r.Retransmitted)
		say("messages of no call, or of no use", r.Stray)
	})
	p.flows(r)
	p.table("RFC 6076, E.425", 1, func(w io.Writer) {
		fmt.Fprintf(w, "  SER\t%s\tSEER\t%s\tISA\t%s\tSCR\t%s\tASR\t%s\tNER\t%s\tSDT\t%s\n", percent(r.SER), percent(r.SEER), percent(r.ISA), percent(r.SCR), percent(r.ASR), percent(r.NER), seconds(r.SDT))
	})
	p.voices(r.Voices)
	p.delays(r)
	p.cost(r, "call")
	p.judged(r, misses)
}

// cost prints what one call or registration took of this machine, where that
// is known.
func (p *printer) cost(r load.Report, one string) {
	fmt.Fprintln(p.w)
	if r.CPUPerCall > 0 {
		fmt.Fprintf(p.w, "The generator took %.4f ms of CPU a %s.\n", r.CPUPerCall, one)
	}
}

// judged prints what else explains the figures, whether they are valid, and
// what they missed.
func (p *printer) judged(r load.Report, misses []load.Miss) {
	if c := r.Connections; c != nil && c.Lost > 0 {
		fmt.Fprintf(p.w, "%d connections were lost or not opened: %s\n", c.Lost, c.Why)
	}
	p.invalid(r.Invalid)
	for _, x := range r.Faults() {
		p.row("%s", x)
	}
	for _, m := range misses {
		fmt.Fprintf(p.w, "%s %s: %s, limit %s\n", p.paint(red, "MISSED"), m.Name, m.Measured, m.Limit)
	}
}

// unasked says that a run was held to nothing, where that is so.
func (p *printer) unasked(t load.Thresholds, r load.Report) {
	if t != (load.Thresholds{}) || !r.Valid || r.Voices != nil {
		return
	}
	what := ""
	if n := r.Failed(); n > 0 {
		what = fmt.Sprintf("%d of %d %s failed. ", n, r.Placed(), r.Of)
	}
	p.row("%sNo threshold was set (--max-failed, --p95-srd, --p95-pdd): nothing was asked but that one of the %s is completed.", what, r.Of)
}

func (p *printer) delays(r load.Report) {
	p.delayTable(append([]delay{{"RRD, of first registrations", r.RRD}, {"RRD, of re-registrations", r.AgainRRD}},
		callDelays(r.SRD, r.FailedSRD, r.PDD, r.Answer, r.SDD, r.Lateness)...))
}

// delay is a row of a table: what took so long.
type delay struct {
	name string
	load.Delays
}

func callDelays(srd, failed, pdd, answer, sdd, lateness load.Delays) []delay {
	return []delay{
		{"SRD, to the first response above 100", srd},
		{"SRD of refused calls", failed},
		{"PDD, to ringing or the answer", pdd},
		{"to the answer", answer},
		{"SDD, to the 200 to BYE", sdd},
		{"lateness of our own starts", lateness},
	}
}

// delayTable prints the delays that were measured.
func (p *printer) delayTable(rows []delay) {
	p.table("Delays in ms", 1, func(w io.Writer) {
		fmt.Fprintf(w, "  \tmin\tmean\tp50\tp95\tp99\tmax\n")
		for _, d := range rows {
			if d.Count > 0 {
				fmt.Fprintf(w, "  %s\t%.2f\t%.2f\t%s\t%s\t%s\t%.2f\n", d.name, d.Min, d.Mean, percentile(d.P50), percentile(d.P95), percentile(d.P99), d.Max)
			}
		}
	})
}

// percentile writes one, in which stand calls whose response never came.
func percentile(ms float64) string {
	if ms >= load.Endless {
		return "never"
	}
	return fmt.Sprintf("%.2f", ms)
}

func (p *printer) trial(rate float64, r load.Report, elsewhere uint64) {
	p.row("%8.0f/s  %d of %d calls carried, p95 of the answer %.2f ms", rate, r.Good()-min(r.Good(), elsewhere), r.Attempts, r.Answer.P95)
	if elsewhere > 0 {
		p.row("            %d of them were answered by somebody else, came for another number, or were heard by somebody else", elsewhere)
	}
	if r.Failed() > 0 {
		for _, x := range r.Faults() {
			p.row("            %s", x)
		}
	}
}

// found prints what a search came to. What it found stands, whatever ended it.
func (p *printer) found(f load.Found, err error) {
	switch {
	case err != nil && f.Rate > 0:
		p.row("\n%s: %.0f calls/s at least, by %s; after %d trials: %v", p.paint(red, "ended"), f.Rate, f.Method, len(f.Trials), err)
	case err != nil:
		p.row("\n%s after %d trials: %v", p.paint(red, "not found"), len(f.Trials), err)
	case !f.Converged:
		p.row("\n%.0f calls/s at least, by %s: %s", f.Rate, f.Method, f.Why)
	default:
		p.row("\n%.0f calls/s without a failure, by %s in %d trials", f.Rate, f.Method, len(f.Trials))
	}
	if d := f.Lasted(); f.Rate > 0 && d < steady {
		p.row("Its trial lasted %s: buffers and retransmissions may have carried that. More --calls make it longer.", d.Round(100*time.Millisecond))
	}
}

// steady is how long a trial must last to say what a system carries: longer
// than what it is given at once can wait in buffers and be sent again.
const steady = 10 * time.Second

// hosted prints what a crowd has seen.
func (p *printer) hosted(h load.Hosted) {
	var b strings.Builder
	for _, x := range []struct {
		name string
		n    uint64
	}{
		{"invited", h.Invited},
		{"answered", h.Answered},
		{"busy", h.Busy},
		{"declined", h.Rejected},
		{"left without a response", h.Mute},
		{"not its number", h.Misdialled},
		{"cancelled", h.Cancelled},
		{"acknowledged", h.Acknowledged},
		{"never acknowledged", h.Unacknowledged()},
		{"released by callers", h.Released},
		{"somebody else beside the caller", h.Foreign},
		{"heard itself", h.Echo},
		{"for another number than was dialled", h.Elsewhere},
		{"without a session description", h.Undescribed},
		{"no room", h.Full},
		{"dropped by our own socket", h.Sockets.Dropped},
	} {
		if x.n > 0 {
			fmt.Fprintf(&b, ", %s %d", x.name, x.n)
		}
	}
	fmt.Fprintf(p.w, "the crowd%s, still open %d, %d at a time at most\n", strings.TrimPrefix(b.String(), ","), h.Open, h.Most)
	for _, x := range h.Faults() {
		p.row("%s", x)
	}
}

// row prints a line among others like it.
func (p *printer) row(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line(format, args...)
}

func part(n, of uint64) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("%.4g %%", 100*float64(n)/float64(of))
}

// seconds writes a mean of times, n/a where there is none.
func seconds(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return fmt.Sprintf("%.4g s", *v)
}

// percent writes a ratio, n/a where there is none (RFC 6076 §4).
func percent(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return fmt.Sprintf("%.4g %%", *v)
}
