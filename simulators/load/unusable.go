package load

import "bytes"

// unusable is what is wrong with a response without which a call cannot go on.
// Another one may still come that is right: it counts where none did.
type unusable uint8

const (
	usable unusable = iota
	withoutContact
	withoutTag
	tooLong
	ofAnotherMethod
	ofAnotherNumber
	fromAnother
	outOfReach
	unusables // how many there are
)

// String says what such a response is.
func (u unusable) String() string {
	const mute = "a 200 that nobody can acknowledge: "
	return [unusables]string{
		withoutContact:  mute + "no Contact",
		withoutTag:      mute + "no To tag",
		tooLong:         mute + "its To tag, Contact or Record-Route is longer than 255, 1000 or 2000 bytes",
		ofAnotherMethod: mute + "another method in CSeq",
		ofAnotherNumber: "a response that has another CSeq number than the request",
		outOfReach:      mute + "its Contact or Record-Route names an address that nothing can be sent to from here",
		fromAnother:     "a response that has another From tag than the request",
	}[u]
}

// Unusable is how many calls got no final response but one that cannot be used.
type Unusable struct {
	What  string `json:"what"`
	Calls uint64 `json:"calls"`
}

// unacknowledged says why a 2xx makes no dialog.
func unacknowledged(m *message) unusable {
	switch {
	case len(tagOf(m.to)) == 0:
		return withoutTag
	case len(m.contact) == 0:
		return withoutContact
	}
	return tooLong
}

// waste counts a response that cannot be used, and keeps in mind why.
func (c *caller) waste(k *call, why unusable) {
	c.m.Stray++
	if k.state == calling || k.state == proceeding {
		k.unusable = why
	}
}

// echoes tells whether a response has the CSeq number and the From tag of its
// request (RFC 3261 §8.2.6.2): the tag is what our Call-IDs begin with.
func echoes(m *message, number uint32) unusable {
	switch {
	case m.number != number:
		return ofAnotherNumber
	case len(m.callID) < 16 || !bytes.EqualFold(tagOf(m.from), m.callID[:16]):
		return fromAnother
	}
	return usable
}

// timedOut counts a call that got no final response, or none that can be used.
func (c *caller) timedOut(k *call) {
	c.m.TimedOut++
	c.m.Unusable[k.unusable]++
	c.failed(k, 0)
}

// byeTimedOut counts a call whose BYE got no final response, or none that can
// be used.
func (c *caller) byeTimedOut(k *call) {
	c.m.ByeTimedOut++
	c.m.ByeUnusable[k.unusable]++
}

// unusableOf gives how many calls had an end, but none that could be used.
func unusableOf(counts [unusables]uint64) (n uint64, list []Unusable) {
	for u := usable + 1; u < unusables; u++ {
		if calls := counts[u]; calls > 0 {
			n += calls
			list = append(list, Unusable{u.String(), calls})
		}
	}
	return n, list
}
