package batch

import "time"

// Wheel keeps one timer for each of a fixed count of numbers, from 0. Setting
// one costs the same however many there are. It is exact to its grain: a timer
// is never early, and late by one grain at most when Advance is called often
// enough.
type Wheel struct {
	grain int64
	now   int64 // the grain that was looked at last
	first []int32
	timer []timer
}

type timer struct {
	at         int64 // 0 for not set
	next, prev int32 // in its slot; prev is ^slot for the first
}

// slots is how many grains a turn of the wheel has: what is due later waits
// for another turn.
const slots = 4096

const none = -1

// NewWheel gives a wheel for so many timers at a time of the clock.
func NewWheel(count int, grain time.Duration, now int64) *Wheel {
	w := &Wheel{grain: int64(grain), now: now / int64(grain), first: make([]int32, slots), timer: make([]timer, count)}
	for i := range w.first {
		w.first[i] = none
	}
	return w
}

// Set sets the timer of a number, which is on no more than one.
func (w *Wheel) Set(i int32, at int64) {
	w.Stop(i)
	w.timer[i].at = max(at, 1)
	w.link(i)
}

// Stop takes a timer back. One that is not set stays so.
func (w *Wheel) Stop(i int32) {
	t := &w.timer[i]
	if t.at == 0 {
		return
	}
	t.at = 0
	if t.prev < 0 {
		w.first[^t.prev] = t.next
	} else {
		w.timer[t.prev].next = t.next
	}
	if t.next != none {
		w.timer[t.next].prev = t.prev
	}
}

func (w *Wheel) link(i int32) {
	t := &w.timer[i]
	due := max((t.at+w.grain-1)/w.grain, w.now+1)
	slot := int32(min(due, w.now+slots-1) % slots)
	t.next, t.prev = w.first[slot], ^slot
	if t.next != none {
		w.timer[t.next].prev = i
	}
	w.first[slot] = i
}

// Advance calls fire for each timer that is due. Fire may set and stop timers,
// the one that fires too.
func (w *Wheel) Advance(now int64, fire func(i int32)) {
	for end := now / w.grain; w.now < end; {
		w.now++
		slot := &w.first[w.now%slots]
		// What is set meanwhile never comes into this slot: see link.
		for i := *slot; i != none; i = *slot {
			at := w.timer[i].at
			w.Stop(i)
			if at > w.now*w.grain { // another turn
				w.timer[i].at = at
				w.link(i)
				continue
			}
			fire(i)
		}
	}
}
