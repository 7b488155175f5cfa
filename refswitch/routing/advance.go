package routing

import "slices"

// Advances tells whether a target's final response lets the next be tried:
// timeouts and failures of the server do, what the called party decided does
// not, unless the route says so (never of itself 486, 487, nor any 6xx, RFC
// 3261 §21.6).
func (r *Route) Advances(code int) bool {
	switch code {
	case 408, 500, 502, 503, 504:
		return true
	}
	return slices.Contains(r.Advance, code)
}

// Best gives the response that the caller is told of when every target failed
// (RFC 3261 §16.7 step 6): a 6xx wins, else the lowest class; among the 4xx
// those that tell the caller what to change; else the last that came. 0 stands
// for no response at all.
func Best(codes []int) int {
	best := 0
	for _, c := range codes {
		if best == 0 || better(c, best) {
			best = c
		}
	}
	return best
}

// better tells whether a response is told rather than one before it.
func better(c, than int) bool {
	if c/100 != than/100 {
		return c/100 == 6 || than/100 != 6 && c/100 < than/100
	}
	return telling(c) || !telling(than)
}

func telling(code int) bool {
	switch code {
	case 401, 407, 415, 420, 484:
		return true
	}
	return false
}
