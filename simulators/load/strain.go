package load

import (
	"cmp"
	"fmt"
	"time"

	"ringproof/internal/batch"
)

// Strain is what an engine's thread went through: how far what it measured may
// be a measure of its machine.
type Strain struct {
	Ran    time.Duration // since its first turn
	CPU    time.Duration // that it ran on a core
	Waited time.Duration // that it was ready to run and had no core
	Stolen time.Duration // that the host of a virtual machine had cores that were wanted here
	Use    float64       // share of the time in which calls began that it ran on a core, 0 to 1
	Stood  time.Duration // in turns of more than 100 ms, in all
	Stops  uint64        // such turns
	Halts  uint64        // turns of more than T1, in which the other side sent again
	// Longest is the longest turn: so long nothing was read, begun or sent.
	Longest time.Duration
}

// slow is how long a turn of an engine is that stands still, in ns: a fifth of
// T1. They are 8 ms long at most where nothing holds them up.
const slow = int64(100 * time.Millisecond)

// pulse watches the turns of an engine. Whatever holds its thread up, another
// process, a collection of garbage, too much to do, makes them long.
type pulse struct {
	begun, turn int64
	cpu, queued int64
	stolen      int64
	s           Strain
}

// start begins to watch. It is called on the engine's thread.
func (p *pulse) start(now int64) {
	p.begun, p.turn = now, now
	p.cpu, p.queued, p.stolen = batch.CPU(), batch.Queued(), batch.Stolen()
}

// beat says that a turn begins.
func (p *pulse) beat(now int64) {
	d := now - p.turn
	p.turn = now
	if d <= slow {
		return
	}
	p.s.Stood += time.Duration(d)
	p.s.Stops++
	p.s.Longest = max(p.s.Longest, time.Duration(d))
	if d > t1 {
		p.s.Halts++
	}
}

// loaded says that the last call has begun: waiting for calls to end would
// hide how busy the engine was.
func (p *pulse) loaded(now int64) {
	if p.s.Use == 0 && now > p.begun {
		p.s.Use = float64(batch.CPU()-p.cpu) / float64(now-p.begun)
	}
}

// sum gives what happened so far. It is called on the engine's thread.
func (p *pulse) sum(now int64) Strain {
	p.loaded(now)
	s := p.s
	s.Ran, s.CPU, s.Waited = time.Duration(now-p.begun), time.Duration(batch.CPU()-p.cpu), time.Duration(batch.Queued()-p.queued)
	s.Stolen = time.Duration(batch.Stolen() - p.stolen)
	return s
}

// add adds what another engine went through at the same time.
func (s *Strain) add(o Strain) {
	s.Ran = max(s.Ran, o.Ran)
	s.CPU += o.CPU
	s.Waited += o.Waited
	s.Stolen = max(s.Stolen, o.Stolen)
	s.Use = max(s.Use, o.Use)
	s.Stood = max(s.Stood, o.Stood)
	s.Stops += o.Stops
	s.Halts += o.Halts
	s.Longest = max(s.Longest, o.Longest)
}

// since gives what happened after another time.
func (s Strain) since(o Strain) Strain {
	s.Ran -= o.Ran
	s.CPU -= o.CPU
	s.Waited -= o.Waited
	s.Stolen -= o.Stolen
	s.Stood -= o.Stood
	s.Stops -= o.Stops
	s.Halts -= o.Halts
	if s.Ran > 0 {
		s.Use = float64(s.CPU) / float64(s.Ran)
	}
	return s
}

// What a valid run may have at most. What a crowd reads late only makes delays
// longer, and thresholds are set for the 95th percentile; where other processes
// had its core there is somebody to blame, and less is enough.
const (
	mayBeLate    = 0.001 // share of the calls that began later than allowed
	mayReadLate  = 0.05  // share of a crowd's messages that it read late …
	mayBeCrowded = 0.001 // … and where other processes had the core meanwhile …
	crowded      = 0.05  // … for this share of the time
	mayStand     = 0.05  // share of the time in turns of more than 100 ms
	mayBeBusy    = 0.95
)

const leaveACore = "Leave a core to the generator: stop what else runs on this machine, or move it."

// reasons says why an engine that did so much later than allowed, of so much,
// may have spoiled the run. Did says what, "calls began", and most the share that
// may be late.
func (s Strain) reasons(engine, did string, late, of uint64, allowed time.Duration, most float64) (out []Reason) {
	share := float64(late) / float64(max(1, of))
	waited := float64(s.Waited) / float64(max(1, s.Ran))
	ms := func(d time.Duration) time.Duration { return d.Round(time.Millisecond) }
	switch {
	case s.Use > mayBeBusy:
		out = append(out, Reason{
			fmt.Sprintf("%s was busy %.0f %% of the time", engine, 100*s.Use),
			"Lower the rate, or use more engines on more cores.",
		})
	case share > mayBeCrowded && waited > crowded:
		out = append(out, Reason{
			fmt.Sprintf("%d of %d %s more than %d ms late: %s was ready and had no core for %s", late, of, did, allowed.Milliseconds(), engine, ms(s.Waited)), leaveACore,
		})
	case share > most:
		what := fmt.Sprintf("%d of %d %s more than %d ms late", late, of, did, allowed.Milliseconds())
		if s.Stolen > 0 {
			out = append(out, Reason{fmt.Sprintf("%s: the host of this virtual machine had its cores for %s", what, ms(s.Stolen)), "Try again when the host has less to do, or use a machine that is none."})
			break
		}
		out = append(out, Reason{what, "Lower the rate, or use a machine with more to give."})
	}
	switch {
	case s.Halts > 0:
		out = append(out, Reason{
			fmt.Sprintf("%s stood still for %s, longer than T1: meanwhile the other side sent again what it had not read", engine, ms(s.Longest)), leaveACore,
		})
	case float64(s.Stood) > mayStand*float64(s.Ran):
		out = append(out, Reason{
			fmt.Sprintf("%s stood still %d times for more than 100 ms, %s in all: calls were acknowledged and released late", engine, s.Stops, ms(s.Stood)), leaveACore,
		})
	}
	return out
}

// losses says what the kernel dropped or did not take of an engine.
func losses(whose string, s batch.Stats) (out []Reason) {
	if s.Dropped > 0 {
		out = append(out, Reason{
			fmt.Sprintf("%d datagrams were dropped here: the receive buffer of %s, %d bytes, was full", s.Dropped, whose, s.ReceiveBuffer),
			fmt.Sprintf("Raise it: sysctl -w net.core.rmem_max=%d, or run as root; lower the rate if it was raised.", max(4<<20, 8*s.ReceiveBuffer)),
		})
	}
	switch {
	case s.Unsent > 0 && s.Why != nil:
		out = append(out, Reason{
			fmt.Sprintf("%d messages of %s could not be sent: %v", s.Unsent, whose, s.Why),
			cmp.Or(more(s.Why), "See to this machine's addresses, routes and firewall."),
		})
	case s.Unsent > 0:
		out = append(out, Reason{
			fmt.Sprintf("%d datagrams could not be sent: the send buffer of %s, %d bytes, was full", s.Unsent, whose, s.SendBuffer),
			fmt.Sprintf("Raise it: sysctl -w net.core.wmem_max=%d, or run as root; lower the rate if it was raised.", max(4<<20, 8*s.SendBuffer)),
		})
	}
	return out
}
