package load

import (
	"fmt"
	"time"

	"ringproof/internal/batch"
	"ringproof/simulators/load/lines"
)

// Hosted is what came of a crowd.
type Hosted struct {
	Host
	// Registered is how many accounts were registered, Lapsed how many
	// refreshes failed, Left how many are bound still, or perhaps.
	Registered, Lapsed, Left uint64

	Took time.Duration
	Strain
	Sockets     batch.Stats
	Connections Connections // over TCP
	Lines       lines.Stats // of the voices
	tooLate     time.Duration
}

// counts are those that are summed up.
func (h *Hosted) counts() []*uint64 {
	return []*uint64{
		&h.Invited, &h.Answered, &h.Busy, &h.Rejected, &h.Mute, &h.Acknowledged, &h.Unheard, &h.Unproved, &h.Overtaken,
		&h.Released, &h.HungUp, &h.Lost, &h.Cancelled, &h.Misdialled, &h.Gone, &h.Full, &h.Repeated, &h.Sent,
		&h.Spoken, &h.Foreign, &h.Changed, &h.Echo, &h.Undescribed, &h.Elsewhere, &h.Broken, &h.Late,
		&h.Registered, &h.Lapsed, &h.Left,
	}
}

// add adds what another engine of the crowd saw at the same time. How many calls
// there were at a time is then an upper bound.
func (h *Hosted) add(o Hosted) {
	more := o.counts()
	for i, n := range h.counts() {
		*n += *more[i]
	}
	h.Open += o.Open
	h.Most += o.Most
	h.Ignored += o.Ignored
	h.Took = max(h.Took, o.Took)
	h.Strain.add(o.Strain)
	h.Sockets.Add(o.Sockets)
	h.Connections.merge(o.Connections)
}

// Reasons say why what a crowd did after an earlier time says more of this
// machine than of the system under test. The zero value is its beginning.
func (h Hosted) Reasons(earlier Hosted) (out []Reason) {
	if n := h.Full - earlier.Full; n > 0 {
		out = append(out, Reason{fmt.Sprintf("the answering crowd had no room for %d calls", n), "Raise the limit, or shorten the calls."})
	}
	s := h.Sockets
	s.Dropped -= earlier.Sockets.Dropped
	s.Unsent -= earlier.Sockets.Unsent
	c := h.Connections
	if c.Behind <= earlier.Connections.Behind {
		c.Behind = 0
	}
	out = append(append(out, losses("the answering crowd", s)...), c.reasons("the answering crowd")...)
	out = append(out, late("the answering crowd", h.Lines.Since(earlier.Lines))...)
	return append(out, h.Strain.since(earlier.Strain).reasons("the answering crowd's engine", "messages were read", h.Late-earlier.Late, s.Received-earlier.Sockets.Received, h.tooLate, mayReadLate)...)
}

// Faults say what the system under test did wrong, as the crowd saw it.
func (h Hosted) Faults() (out []string) {
	if h.Misdialled > 0 {
		out = append(out, fmt.Sprintf("the system under test put %d of %d calls through to a number that was not called", h.Misdialled, h.Invited))
	}
	if h.Foreign > 0 {
		out = append(out, fmt.Sprintf("the system under test let the called side hear somebody else beside the caller, in %d of %d calls with media", h.Foreign, h.Spoken))
	}
	if h.Changed > 0 {
		out = append(out, fmt.Sprintf("the system under test changed what was said to the called side, or put silence or another sound in its place, in %d calls", h.Changed))
	}
	if h.Echo > 0 {
		out = append(out, fmt.Sprintf("the system under test sent the called side's own voice back to it, in %d of %d calls with media", h.Echo, h.Spoken))
	}
	if h.Elsewhere > 0 {
		out = append(out, fmt.Sprintf("the system under test put %d of %d calls through to another number than was dialled", h.Elsewhere, h.Invited))
	}
	if h.Undescribed > 0 {
		out = append(out, fmt.Sprintf("the system under test sent %d of %d calls on without a session description: neither an offer in INVITE nor an answer in ACK (RFC 3261 §13.2.1)", h.Undescribed, h.Answered))
	}
	if h.Lapsed > 0 {
		out = append(out, fmt.Sprintf("the system under test refused or left without a response %d refreshes of registrations", h.Lapsed))
	}
	if h.Left > 0 {
		out = append(out, fmt.Sprintf("the system under test did not remove %d registrations: they end with their expiry", h.Left))
	}
	return out
}
