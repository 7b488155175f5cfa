package diagnosis

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

func loadFinders() map[string]finder {
	return map[string]finder{
		"load.offered":   loadOffered,
		"load.failed":    loadFailed,
		"load.delivered": loadDelivered,
		"load.delay":     loadDelay,
		"load.heard":     loadHeard,
		"load.released":  loadReleased,
	}
}

// carried says, for the evidence, what went out and what came of it.
func carried(l *record.Load) []string {
	out := []string{
		fmt.Sprintf("%s placed %d calls at %.4g/s: %d were answered, %d released", l.Caller, l.Placed(), l.Callers.Rate, l.Callers.Answered, l.Callers.Completed),
		fmt.Sprintf("%d of them arrived at %s: it answered %d, %d were acknowledged, %d released; %d at a time at most, %d left open", l.Crowd.Invited, l.Called, l.Crowd.Answered, l.Crowd.Acknowledged, l.Crowd.Released, l.Crowd.Most, l.Crowd.Open),
	}
	if got := check.Refusals(l); got != "" {
		out = append(out, "the others: "+got)
	}
	return out
}

// loadOffered puts figures down to ourselves that are those of our own machine.
func loadOffered(e check.Evidence) record.Finding {
	var what, change []string
	for _, s := range e.Load.Spoiled {
		what, change = append(what, s.What), append(change, s.Change)
	}
	return record.Finding{
		Cause: record.CauseHarness, Evidence: carried(e.Load),
		Why:  "The figures would be those of this machine, and prove nothing: " + strings.Join(what, "; ") + ".",
		ToDo: strings.Join(change, " "),
	}
}

// overloaded are refusals that say of a system that it has no more to give.
var overloaded = []int{408, 480, 500, 503, 504, 606}

// unknown are refusals of a number: nobody has it, or no route leads there.
var unknown = []int{404, 410, 484, 485, 604}

// loadFailed follows the calls that failed: to the system, which sent them on
// or not, and back.
func loadFailed(e check.Evidence) record.Finding {
	l := e.Load
	switch here := arrived(l); {
	case l.Crowd.Full > 0:
		return record.Finding{
			Cause: record.CauseHarness, Evidence: carried(l),
			Why:  fmt.Sprintf("Our own crowd had no room for %d calls.", l.Crowd.Full),
			ToDo: "Raise the limit of calls at a time, or shorten the calls.",
		}
	case here == 0:
		return loadUnreached(l)
	case 2*l.Callers.Lost > l.Callers.Failed:
		return disconnected(l)
	case here < l.Placed():
		return loadLost(l)
	}
	return loadUnfinished(l)
}

// arrived are the calls that came to the crowd.
func arrived(l *record.Load) uint64 { return l.Crowd.Invited + l.Crowd.Full }

// loadUnreached is for a load of which not one call arrived: what is wrong is
// wrong with a single call too.
func loadUnreached(l *record.Load) record.Finding {
	f := record.Finding{Evidence: carried(l), ToDo: "Place one call first (`ringproof call`): what is wrong with it is wrong with all."}
	refused, code := mostly(l)
	switch {
	case l.Callers.Closed:
		f.Cause = record.CauseSIPPort
		f.Why = "The port of the system under test is closed (" + closedBy(l) + ")."
		f.ToDo = "Start the system, or correct its address in the profile."
	case l.Callers.Asked == 0 && (code == 401 || code == 403 || code == 407):
		f.Cause = record.CauseAuthentication
		f.Why = fmt.Sprintf("The system refuses the callers at %s with %d: not one call arrived.", l.From, code)
		f.ToDo = "Have the system trust that address and port, or give the callers an account."
	case len(l.Callers.Unusable) > 0:
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("No call arrived: %s answers itself, %d calls with %s.", l.System, l.Callers.Unusable[0].Calls, l.Callers.Unusable[0].What)
	case l.Callers.Lost > 0 && refused == 0:
		f.Cause = record.CauseReachability
		f.Why = fmt.Sprintf("No call arrived: of %d calls to %s %d waited for a response when their connection was lost (%s).", l.Placed(), l.System, l.Callers.Lost, l.Callers.LostWhy)
	case l.Callers.TimedOut > 0 && refused == 0:
		f.Cause = record.CauseReachability
		f.Why = fmt.Sprintf("Of %d calls to %s not one got a final response, and none arrived.", l.Placed(), l.System)
	case refused > 0 && !slices.Contains(overloaded, code):
		f.Cause = record.CauseRouting
		f.Why = fmt.Sprintf("The system refuses every call with %d, and sends none on to %s.", code, l.Called)
	case l.Placed() > 0:
		return loadLost(l)
	default:
		return loadUnfinished(l)
	}
	return f
}

// closedBy says how it was told that a port is closed.
func closedBy(l *record.Load) string {
	if l.Transport == "TCP" {
		return "connection refused"
	}
	return "ICMP port unreachable"
}

// disconnected is for calls that waited when the system ended the connection on which
// they were placed.
func disconnected(l *record.Load) record.Finding {
	return record.Finding{
		Cause: record.CauseCapacity, Evidence: carried(l),
		Why:  fmt.Sprintf("%d INVITEs sent, %d arrived at %s: %d calls waited for a response when their connection to the system was lost (%s).", l.Placed(), arrived(l), l.Called, l.Callers.Lost, l.Callers.LostWhy),
		ToDo: "Look why the system ends a connection that carries calls: a limit of messages or of bytes that wait, a worker process that dies, a time after which it is closed.",
	}
}

// loadLost is for calls that the system did not send on.
func loadLost(l *record.Load) record.Finding {
	f := record.Finding{Cause: record.CauseCapacity, Evidence: carried(l)}
	here := arrived(l)
	lost := l.Placed() - here
	refused, code := mostly(l)
	switch {
	case refused > 0 && slices.Contains(unknown, code):
		f.Cause = record.CauseRouting
		f.Why = fmt.Sprintf("%d INVITEs sent, %d arrived at %s: %d were refused with %d, by the system or by whom it sent them to.", l.Placed(), here, l.Called, refused, code)
		f.ToDo = fmt.Sprintf("Look where the system sends these calls: %d says nothing of want of room. Where a route depends on the number, or changes while it runs, compare numbers that arrive with numbers that do not.", code)
		return f
	case refused > 0:
		f.Why = fmt.Sprintf("%d INVITEs sent, %d arrived at %s: %d were refused with %d in the system under test.", l.Placed(), here, l.Called, refused, code)
		f.ToDo = fmt.Sprintf("The system refuses calls at %.4g/s and %d at a time: raise its limits (calls a second, calls at a time, of this trunk or licence), or contract less.", l.Callers.Rate, l.Crowd.Most)
		return f
	}
	f.Why = fmt.Sprintf("%d INVITEs sent, %d arrived at %s: %d were lost in the system under test, and their callers were told nothing.", l.Placed(), here, l.Called, lost)
	f.ToDo = "Look for full queues and receive buffers in the system, and for worker processes that are stuck: a call that it cannot take it must refuse with 503 (RFC 3261 §21.5.4)."
	return f
}

// loadUnfinished is for calls that all arrived, and failed after.
func loadUnfinished(l *record.Load) record.Finding {
	f := record.Finding{Cause: record.CauseCapacity, Evidence: carried(l)}
	refused, code := mostly(l)
	switch {
	case len(l.Callers.Unusable) > 0:
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("All calls arrived, and %d of them were answered with %s.", l.Callers.Unusable[0].Calls, l.Callers.Unusable[0].What)
		f.ToDo = "Place one call first (`ringproof call`), and look at what the system makes of the called side's response."
	case l.Callers.Early > 0:
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("All calls arrived, and the system hung up %d of them before their time: neither side did.", l.Callers.Early)
		f.ToDo = "Look what ends calls in the system when there are many: a process that dies, a limit of time or of calls, a media relay without ports, a session timer."
	case l.Callers.Undescribed > 0:
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("All calls arrived, and the answer of %d has no audio stream when it comes to the caller, who had offered one (RFC 3261 §13.2.1, RFC 3264 §6): nobody knows where to speak to.", l.Callers.Undescribed)
		f.ToDo = "Look at what the system makes of the session description in the called side's 200: it must come to the caller, with a port that is not 0."
	case l.Callers.ByeDenied+l.Callers.NoBye > 0:
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("All calls arrived, but the BYE of %d was refused or not answered (RFC 3261 §15.1.2).", l.Callers.ByeDenied+l.Callers.NoBye)
		f.ToDo = "Look at how the system finds the dialog of a BYE when there are many, and whether it loses messages then."
	case refused > 0:
		f.Why = fmt.Sprintf("All calls arrived at %s, and %d of their callers were refused with %d all the same.", l.Called, refused, code)
		f.ToDo = "Look at what the system does between the called side's response and the caller's: timers that run out under load, media relays without ports."
	default:
		f.Why = fmt.Sprintf("%d calls arrived at %s, which answered %d; the callers saw %d answers.", arrived(l), l.Called, l.Crowd.Answered, l.Callers.Answered)
		f.ToDo = "Look for responses that the system loses or holds back under load."
	}
	return f
}

// mostly gives how many calls were refused with the code that came most.
func mostly(l *record.Load) (n uint64, code int) {
	for _, c := range slices.Sorted(maps.Keys(l.Callers.Codes)) {
		if left := l.Callers.Codes[c] - l.ByUs(c); c >= 300 && left > n {
			n, code = left, c
		}
	}
	return n, code
}

func loadDelivered(e check.Evidence) record.Finding {
	l := e.Load
	f := record.Finding{Cause: record.CauseRouting, Evidence: carried(l)}
	if n := l.Crowd.Misdialled; n > 0 {
		f.Why = fmt.Sprintf("%d of %d calls arrived at %s for a number that nobody had dialled.", n, l.Placed(), l.Called)
		f.ToDo = "Look at how the system finds and changes numbers when there are many calls: one call's number must not become another's."
		return f
	}
	if n := l.Crowd.Elsewhere; n > 0 {
		f.Why = fmt.Sprintf("%d of %d calls arrived at %s for another of its numbers than was dialled: each caller has its own to call.", n, l.Placed(), l.Called)
		f.ToDo = "Compare From and Request-URI of a call on both sides: where the number changes, look at the route, and at what is kept between calls."
		return f
	}
	if more := l.Crowd.Invited - min(l.Crowd.Invited, l.Placed()); more > 0 {
		f.Why = fmt.Sprintf("%d calls were placed and %d arrived at %s: %d came twice.", l.Placed(), l.Crowd.Invited, l.Called, more)
		f.ToDo = "Look whether the system tries a target again that has not answered in time, or takes a repeated INVITE for a new call (RFC 3261 §17.2.3)."
		return f
	}
	if n := l.Crowd.Undescribed; n > 0 {
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("%d of %d calls came to %s without the session description that their callers had sent: neither an offer in INVITE nor an answer in ACK (RFC 3261 §13.2.1).", n, l.Placed(), l.Called)
		f.ToDo = "Look at what the system makes of the body of INVITE: a Content-Type or length that is changed, a relay that cannot be asked."
		return f
	}
	if n := l.Callers.Forked; n > 0 && l.Callers.Answered+n <= l.Crowd.Answered {
		f.Why = fmt.Sprintf("%d calls came to %s twice and were answered twice.", n, l.Called)
		f.ToDo = "Look whether the system tries a target again that has not answered in time, or has two ways to the same place."
		return f
	}
	f.Why = fmt.Sprintf("%d callers were answered, and %s answered %d: somebody else took the others.", l.Callers.Answered, l.Called, l.Crowd.Answered)
	f.ToDo = "Look where the system sends calls under load: to an announcement, a queue, a voice mail, or another target. Whoever answers there is not who was called."
	return f
}

func loadDelay(e check.Evidence) record.Finding {
	l, d := e.Load, check.Delays(e)
	f := record.Finding{Cause: record.CauseCapacity, Evidence: append(carried(l),
		fmt.Sprintf("%s: median %s, 95 %% %s, longest %s; our own starts were %s late at most", e.Delayed, check.Millis(d.P50), check.Millis(d.P95), check.Millis(d.Max), check.Millis(l.Lateness.Max)))}
	switch {
	case d.Count == 0:
		f.Cause = record.CauseSignalling
		f.Why = fmt.Sprintf("Not one of %d calls rang, or was answered.", l.Placed())
		f.ToDo = "Place one call first (`ringproof call`): what is wrong with it is wrong with all."
		return f
	case d.P95 >= record.Endless:
		f.Why = fmt.Sprintf("At %.4g calls/s and %d at a time the system is silent to callers: %d of %d that it did not refuse never rang, and were not answered.", l.Callers.Rate, l.Crowd.Most, d.Never, d.Count+d.Never)
		f.ToDo = "Look for full queues and worker processes that are stuck: a call that the system cannot take it must refuse with 503 (RFC 3261 §21.5.4)."
		return f
	}
	f.Why = fmt.Sprintf("At %.4g calls/s and %d at a time the system is slow to set calls up: one call in twenty has a %s of more than %.4g ms.", l.Callers.Rate, l.Crowd.Most, e.Delayed, d.P95)
	f.ToDo = "Look for queues in the system under load (worker processes, look-ups in directories and databases); compare with one call alone (`ringproof call`)."
	return f
}

const toldItself = "Look at the system's media relay: which side's address it sends to, and whether a side is told its own in SDP."

// loadHeard tells what most of the voices that were not good have in common.
func loadHeard(e check.Evidence) record.Finding {
	l := e.Load
	f := record.Finding{Cause: record.CauseMedia, Evidence: carried(l)}
	v := l.Voices
	if v == nil || v.Told() == 0 {
		f.Cause = record.CauseHarness
		f.Why = "No call with a voice lasted for long enough to tell whether it was heard."
		f.ToDo = "Let calls last for two seconds at least (hold)."
		return f
	}
	f.Evidence = append(f.Evidence, fmt.Sprintf("of %d calls with a voice %d were heard both ways; %s", v.Told(), v.Good, v.Unheard()))
	most := slices.Max([]uint64{v.NotHere, v.NotThere, v.Crossed, v.Foreign, v.Changed, v.Late, v.Gaps, v.Unasked, v.Echo, v.Cut})
	many := fmt.Sprintf("At %.4g calls/s and %d at a time", l.Callers.Rate, l.Crowd.Most)
	switch there := l.Crowd; {
	case there.Foreign > most:
		f.Why = fmt.Sprintf("%s %s heard somebody else beside the callers of %d of %d calls.", many, l.Called, there.Foreign, v.Told())
		f.ToDo = "Look who else sends to " + l.Called + ": a relay that mixes two sessions, an announcement or music that goes on, a port lent again too soon."
	case there.Echo > most:
		f.Why = fmt.Sprintf("%s %s heard itself in %d of %d calls.", many, l.Called, there.Echo, v.Told())
		f.ToDo = toldItself
	default:
		f.Why, f.ToDo = mostUnheard(l, most, many)
	}
	return f
}

// mostUnheard says why so many voices were not good, which is most of those that
// were not, and what to do.
func mostUnheard(l *record.Load, most uint64, many string) (why, todo string) {
	v := l.Voices
	switch most {
	case v.Echo:
		why = fmt.Sprintf("%s the callers of %d of %d calls heard themselves: what they send comes back.", many, v.Echo, v.Told())
		todo = toldItself
	case v.Cut:
		why = fmt.Sprintf("%s %d of %d calls with a voice were ended by the system in less than a second.", many, v.Cut, v.Told())
		todo = "Look at the BYE in the capture, and at what ends calls: a limit, a media time-out, a licence."
	case v.Crossed:
		why = fmt.Sprintf("%s %d of %d calls heard somebody else.", many, v.Crossed, v.Told())
		todo = "Look how the system lends media ports when there are many calls: a port must not be lent again while a call still has it."
	case v.Foreign:
		why = fmt.Sprintf("%s the callers of %d of %d calls heard somebody else beside %s.", many, v.Foreign, v.Told(), l.Called)
		todo = "Look who else sends to the callers' ports: a relay that mixes two sessions, an announcement or music that goes on, a port lent again too soon."
	case v.NotHere:
		why = fmt.Sprintf("%s the callers of %d of %d calls heard nothing of %s, which spoke.", many, v.NotHere, v.Told(), l.Called)
		todo = "Look at the system's media relay towards " + l.Caller + ": ports that are used up or lent twice, sessions that it could not open, an address in its SDP that is not its own."
	case v.NotThere:
		why = fmt.Sprintf("%s %s heard nothing of the callers of %d of %d calls.", many, l.Called, v.NotThere, v.Told())
		todo = "Look at the system's media relay towards " + l.Called + ": ports that are used up or lent twice, sessions that it could not open, an address in its SDP that is not its own."
	case v.Unasked:
		why = fmt.Sprintf("%s the answers to %d of %d calls say no address to speak to.", many, v.Unasked, v.Told())
		todo = "Look whether the system passes the called side's SDP on, and whether its relay has ports left."
	case v.Changed:
		why = fmt.Sprintf("%s something else arrived than was sent, in %d of %d calls.", many, v.Changed, v.Told())
		todo = "If the system transcodes, or answers calls itself, this is no test of it: `ringproof run` has voices that are sound. If it does not, look at its media relay."
	case v.Late:
		why = fmt.Sprintf("%s the voice was late: %d of %d callers heard nothing for the first half second.", many, v.Late, v.Told())
		todo = "Look when the system opens the way of a call's media: before it passes the answer on."
	default:
		why = fmt.Sprintf("%s more than 5 %% of the voice is missing in %d of %d calls.", many, v.Gaps, v.Told())
		todo = "Look for a relay that has too much to do, a policer, or a link that is full: so many calls may take more bandwidth than there is."
	}
	return why, todo
}

func loadReleased(e check.Evidence) record.Finding {
	l := e.Load
	if l.Crowd.Open == 0 {
		return record.Finding{
			Cause: record.CauseSignalling, Evidence: carried(l),
			Why:  fmt.Sprintf("The callers acknowledged each answer, and %d ACKs never came to %s (RFC 3261 §13.2.2.4): it sends its answer again and again, and must end such calls after 32 s.", l.Crowd.Unheard, l.Called),
			ToDo: "Follow an ACK through the system by its Route and Request-URI: it goes its own way, and not that of the INVITE.",
		}
	}
	return record.Finding{
		Cause: record.CauseSignalling, Evidence: carried(l),
		Why:  fmt.Sprintf("The callers hung up and got an answer to %d BYEs; the BYE of %d calls never came to %s (RFC 3261 §15).", l.Callers.Completed, l.Crowd.Open, l.Called),
		ToDo: "Look for calls that the system leaves over when many end at once: they hold ports, licences and the called side's lines.",
	}
}
