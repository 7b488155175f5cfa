package load

import "math"

// spread counts times by their size, eight sizes an octave: what is needed of
// each second of a long run, in half a kilobyte.
type spread struct {
	n     uint32
	count [spreadSizes]uint32
}

// The sizes are from 0.1 ms, and what is shorter, to 838 s.
const (
	spreadSizes = 8 * 23
	spreadLeast = 1e5 // ns
)

// add counts a time in nanoseconds; the spread is made by the first.
func (s *spread) add(ns int64) *spread {
	if s == nil {
		s = &spread{}
	}
	i := 0
	if ns > spreadLeast {
		i = min(spreadSizes-1, int(8*math.Log2(float64(ns)/spreadLeast)))
	}
	s.count[i]++
	s.n++
	return s
}

// merge adds what another has counted.
func (s *spread) merge(o *spread) *spread {
	if o == nil {
		return s
	}
	if s == nil {
		s = &spread{}
	}
	for i, n := range o.count {
		s.count[i] += n
	}
	s.n += o.n
	return s
}

// at gives the time in milliseconds below which a share of the times is, by
// the middle of its size; 0 for none.
func (s *spread) at(share float64) float64 {
	if s == nil {
		return 0
	}
	rank, seen := uint32(math.Ceil(share*float64(s.n))), uint32(0)
	for i, n := range s.count {
		if seen += n; n > 0 && seen >= rank {
			return spreadLeast / 1e6 * math.Exp2((float64(i)+0.5)/8)
		}
	}
	return 0
}
