package load

// farthest is after how many calls nobody looks for one with a voice any more.
const farthest = 10_000_000

// Spoken tells whether any of the calls that arrive is to have a voice, and how
// many there are where none is.
func (m Media) Spoken(a Arrivals) (ok bool, calls uint64) {
	for ; calls < farthest; calls++ {
		if _, more := a.Next(); !more {
			return false, calls
		}
		if uint64(float64(calls)*m.Share) != uint64(float64(calls+1)*m.Share) { // as they are dealt out
			return true, 0
		}
	}
	return true, 0
}
