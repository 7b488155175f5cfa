package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ringproof/simulators/load"
)

// loading prints how a load goes on, once a second.
func (p *printer) loading(l load.Live) {
	p.row("%4.0f s  begun %9d  answered %9d  refused %7d  no response %7d  open %7d",
		l.Seconds, l.Attempts, l.Answered, l.Refused, l.TimedOut, l.Active)
}

// loaded prints what came of a load: calls, ratios, delays, then whether it
// was valid and what it missed.
func (p *printer) loaded(r load.Report, misses []load.Miss) {
	fmt.Fprintf(p.w, "\n%d calls begun at %.4g/s\n", r.Attempts, r.Rate)
	p.table("Calls", 1, func(w io.Writer) {
		say := func(name string, n uint64) {
			if n > 0 || name == "answered" || name == "completed" {
				fmt.Fprintf(w, "  %s\t%d\t%s\n", name, n, part(n, r.Attempts))
			}
		}
		say("answered", r.Answered)
		say("completed", r.Completed)
		say("refused", r.Refused)
		codes := make([]int, 0, len(r.Codes))
		for code := range r.Codes {
			codes = append(codes, code)
		}
		slices.Sort(codes)
		for _, code := range codes {
			if code >= 300 {
				say(fmt.Sprintf("  with %d", code), r.Codes[code])
			}
		}
		say("no response", r.TimedOut)
		say("answered too late", r.LateAnswers)
		say("BYE refused", r.ByeRefused)
		say("BYE without response", r.ByeTimedOut)
		say("released by the other side", r.ReleasedThere)
		say("challenged", r.Challenged)
		say("answered without ringing", r.NoRinging)
		say("not begun, over the limit", r.Blocked)
		say("requests sent again", r.Retransmitted)
	})
	p.table("RFC 6076, E.425", 1, func(w io.Writer) {
		fmt.Fprintf(w, "  SER\t%s\tSEER\t%s\tISA\t%s\tSCR\t%s\tASR\t%s\tNER\t%s\n", percent(r.SER), percent(r.SEER), percent(r.ISA), percent(r.SCR), percent(r.ASR), percent(r.NER))
	})
	p.delays(r)
	fmt.Fprintf(p.w, "\nThe generator took %.4f ms of CPU a call.\n", r.CPUPerCall)
	if r.PortClosed {
		fmt.Fprintln(p.w, "The port of the system under test was closed (ICMP port unreachable).")
	}
	for _, x := range r.Invalid {
		fmt.Fprintf(p.w, "%s %s\n    → %s\n", p.paint(red, "INVALID"), x.What, x.Change)
	}
	for _, m := range misses {
		fmt.Fprintf(p.w, "%s %s: %s, limit %s\n", p.paint(red, "MISSED"), m.Name, m.Measured, m.Limit)
	}
}

func (p *printer) delays(r load.Report) {
	p.table("Delays in ms", 1, func(w io.Writer) {
		fmt.Fprintf(w, "  \tmin\tmean\tp50\tp95\tp99\tmax\n")
		for _, d := range []struct {
			name string
			load.Delays
		}{
			{"SRD, to the first response above 100", r.SRD},
			{"SRD of refused calls", r.FailedSRD},
			{"PDD, to ringing", r.PDD},
			{"to the answer", r.Answer},
			{"SDD, to the 200 to BYE", r.SDD},
			{"lateness of our own starts", r.Lateness},
		} {
			if d.Count > 0 {
				fmt.Fprintf(w, "  %s\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\t%.2f\n", d.name, d.Min, d.Mean, d.P50, d.P95, d.P99, d.Max)
			}
		}
	})
}

func (p *printer) trial(rate float64, r load.Report) {
	p.row("%8.0f/s  %d of %d calls completed, p95 of the answer %.2f ms", rate, r.Completed, r.Attempts, r.Answer.P95)
}

func (p *printer) found(f load.Found, err error) {
	switch {
	case err != nil:
		fmt.Fprintf(p.w, "\n%s after %d trials: %v\n", p.paint(red, "not found"), len(f.Trials), err)
	case !f.Converged:
		fmt.Fprintf(p.w, "\n%.0f calls/s at least, by %s: %s\n", f.Rate, f.Method, f.Why)
	default:
		fmt.Fprintf(p.w, "\n%.0f calls/s without a failure, by %s in %d trials\n", f.Rate, f.Method, len(f.Trials))
	}
}

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
		{"cancelled", h.Cancelled},
		{"acknowledged", h.Acknowledged},
		{"never acknowledged", h.Unheard},
		{"released by callers", h.Released},
		{"no room", h.Full},
		{"dropped by our own socket", h.Sockets.Dropped},
	} {
		if x.n > 0 {
			fmt.Fprintf(&b, ", %s %d", x.name, x.n)
		}
	}
	fmt.Fprintf(p.w, "the crowd%s, still open %d, %d at a time at most\n", strings.TrimPrefix(b.String(), ","), h.Open, h.Most)
}

// row prints a line among others like it.
func (p *printer) row(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, format+"\n", args...)
}

func part(n, of uint64) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("%.4g %%", 100*float64(n)/float64(of))
}

// percent writes a ratio, n/a where there is none (RFC 6076 §4).
func percent(v *float64) string {
	if v == nil {
		return "n/a"
	}
	return fmt.Sprintf("%.4g %%", *v)
}
