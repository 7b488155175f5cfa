package steps

import (
	"ringproof/reports/record"
	"ringproof/simulators/load"
)

// loadFact puts what callers and crowd have seen into the form of the record.
// With slow a machine that was slow, and no more, spoils nothing yet: times are
// counted from the plan, so that it only makes them longer, and calls that came
// together were no easier to carry.
func loadFact(r load.Report, h load.Hosted, slow bool) record.Load {
	f := record.Load{
		Callers: record.LoadCallers{
			Attempts: r.Attempts, Rate: r.Rate, Answered: r.Answered, Completed: r.Completed, Refused: r.Refused, Codes: r.Codes,
			Failed: r.Uncompleted(), TimedOut: r.TimedOut, Blocked: r.Blocked, Late: r.LateAnswers, ByPeer: r.ReleasedThere, Early: r.ReleasedEarly, Undescribed: r.Undescribed, Silent: r.NoRinging,
			NoBye: r.ByeTimedOut, ByeDenied: r.ByeRefused, Asked: r.Challenged, Forked: r.Forked, Again: r.Retransmitted, Repeated: r.Repeated,
			Broken: r.Broken, Stray: r.Stray, Unusable: unusable(r.Unusable), ByeUnusable: unusable(r.ByeUnusable), Misled: r.Misled, Lost: r.Disconnected, Withdrawn: r.Withdrawn, Closed: r.PortClosed, CPU: r.CPUPerCall,
		},
		Crowd: record.LoadCrowd{
			Invited: h.Invited, Answered: h.Answered, Busy: h.Busy, Rejected: h.Rejected, Mute: h.Mute, Full: h.Full, Cancelled: h.Cancelled,
			Acknowledged: h.Acknowledged, Unheard: h.Unacknowledged(), Released: h.Released, Gone: h.Gone, Most: h.Most, Open: h.Open - h.Ignored,
			Misdialled: h.Misdialled, Foreign: h.Foreign, Echo: h.Echo, Elsewhere: h.Elsewhere, Undescribed: h.Undescribed,
		},
		SRD: record.LoadDelays(r.SRD), FailedSRD: record.LoadDelays(r.FailedSRD), PDD: record.LoadDelays(r.PDD),
		Answer: record.LoadDelays(r.Answer), SDD: record.LoadDelays(r.SDD), SDT: r.SDT, Lateness: record.LoadDelays(r.Lateness),
		Voices: (*record.LoadVoices)(r.Voices),
	}
	if r.Connections != nil {
		f.Callers.LostWhy = r.Connections.Why
	}
	for _, x := range []struct {
		name    string
		percent *float64
	}{{"SER", r.SER}, {"SEER", r.SEER}, {"ISA", r.ISA}, {"SCR", r.SCR}, {"ASR", r.ASR}, {"NER", r.NER}} {
		if x.percent != nil {
			f.Ratios = append(f.Ratios, record.LoadRatio{Name: x.name, Percent: *x.percent})
		}
	}
	for _, s := range r.Timeline {
		f.Seconds = append(f.Seconds, record.LoadSecond{
			Attempts: s.Attempts, Answered: s.Answered, Failed: s.Failed, Again: s.Retransmitted,
			SRD50: s.SRD50, SRD95: s.SRD95, PDD50: s.PDD50, PDD95: s.PDD95,
		})
	}
	var reasons []record.LoadReason
	for _, x := range append(r.Invalid, h.Reasons(load.Hosted{})...) {
		reasons = append(reasons, record.LoadReason(x))
	}
	if slow && r.Blocked+r.Dropped+r.Unsent+h.Full+h.Sockets.Dropped+h.Sockets.Unsent == 0 {
		f.Slow = reasons
	} else {
		f.Spoiled = reasons
	}
	return f
}

func unusable(list []load.Unusable) (out []record.LoadUnusable) {
	for _, u := range list {
		out = append(out, record.LoadUnusable(u))
	}
	return out
}
