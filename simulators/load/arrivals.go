package load

import (
	"math"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// Arrivals say when calls are to begin. They know no clock: Next gives the
// time of the next call since the first could begin, in nanoseconds, never
// before the one that it gave last; false when there are no more.
type Arrivals interface {
	Next() (at int64, ok bool)
	// Rate is how many calls a second are planned at a time.
	Rate(at int64) float64
}

// Constant begins calls at equal distances.
func Constant(rate float64) Arrivals { return &ramp{from: rate, to: rate, over: math.Inf(1)} }

// Ramp begins calls at a rate that grows or falls evenly, and then stays.
func Ramp(from, to float64, over time.Duration) Arrivals {
	return &ramp{from: from, to: to, over: over.Seconds()}
}

// ramp integrates its rate: the n-th call comes when the integral is n.
type ramp struct {
	from, to, over float64
	n              float64
}

func (r *ramp) Next() (int64, bool) {
	at := r.when(r.n)
	if math.IsInf(at, 0) || math.IsNaN(at) {
		return 0, false
	}
	r.n++
	return int64(at * 1e9), true
}

// when solves from·t + (to-from)/(2·over)·t² = n for t.
func (r *ramp) when(n float64) float64 {
	if n == 0 && r.to > 0 {
		return 0
	}
	if math.IsInf(r.over, 1) || r.from == r.to {
		return n / r.from
	}
	whole := (r.from + r.to) / 2 * r.over // calls until the rate stays
	if n >= whole {
		return r.over + (n-whole)/r.to
	}
	slope := (r.to - r.from) / r.over
	// The usual form divides by the slope, which may be near 0.
	return 2 * n / (r.from + math.Sqrt(max(0, r.from*r.from+2*slope*n)))
}

func (r *ramp) Rate(at int64) float64 {
	if math.IsInf(r.over, 1) || r.over == 0 {
		return r.to
	}
	return r.from + (r.to-r.from)*min(1, float64(at)/1e9/r.over)
}

// Poisson begins calls independently of each other at a mean rate: telephone
// traffic. The same seed gives the same times.
func Poisson(rate float64, seed uint64) Arrivals {
	return &poisson{rate: rate, rnd: rand.New(rand.NewPCG(seed, 0x6361_6c6c))}
}

type poisson struct {
	rate, at float64
	rnd      *rand.Rand
}

func (p *poisson) Next() (int64, bool) {
	p.at += p.rnd.ExpFloat64() / p.rate
	return int64(p.at * 1e9), true
}

func (p *poisson) Rate(int64) float64 { return p.rate }

// Adjustable begins calls at a rate that may be changed while they go on.
func Adjustable(rate *Rate) Arrivals { return &adjustable{rate: rate} }

// Rate is calls a second, which several goroutines may read and change. It is
// never more than its limit, where that was set.
type Rate struct {
	bits, limit atomic.Uint64
	changed     atomic.Bool
}

// Set begins with a rate.
func (r *Rate) Set(perSecond float64) { r.bits.Store(math.Float64bits(perSecond)) }

// Limit bounds what the rate is changed to; 0 is for no bound.
func (r *Rate) Limit(perSecond float64) { r.limit.Store(math.Float64bits(perSecond)) }

// Change makes the rate so many times what it is.
func (r *Rate) Change(times float64) {
	rate := times * r.Get()
	if limit := math.Float64frombits(r.limit.Load()); limit > 0 {
		rate = min(rate, max(limit, r.Get()))
	}
	r.changed.Store(r.changed.Load() || rate != r.Get())
	r.Set(rate)
}

// Changed tells whether the rate was changed.
func (r *Rate) Changed() bool { return r.changed.Load() }

// Get gives the rate.
func (r *Rate) Get() float64 { return math.Float64frombits(r.bits.Load()) }

type adjustable struct {
	rate *Rate
	at   float64 // ns
}

func (a *adjustable) Next() (int64, bool) {
	now := a.at
	a.at += 1e9 / a.rate.Get()
	return int64(now), true
}

func (a *adjustable) Rate(int64) float64 { return a.rate.Get() }

// Step is a rate that is held for a time.
type Step struct {
	Rate float64 // calls a second; 0 for a pause
	For  time.Duration
}

// Steps holds one rate after the other, and then ends.
func Steps(list ...Step) Arrivals { return &steps{list: list} }

type steps struct {
	list []Step
	i    int
	from float64 // when the present step began, in seconds
	n    float64 // calls of the present step so far
}

func (s *steps) Next() (int64, bool) {
	for ; s.i < len(s.list); s.i++ {
		x := s.list[s.i]
		if at := s.n / x.Rate; x.Rate > 0 && at < x.For.Seconds() {
			s.n++
			return int64((s.from + at) * 1e9), true
		}
		s.from += x.For.Seconds()
		s.n = 0
	}
	return 0, false
}

func (s *steps) Rate(at int64) float64 {
	for _, x := range s.list {
		if at < int64(x.For) {
			return x.Rate
		}
		at -= int64(x.For)
	}
	return 0
}

// Until ends arrivals after so many calls or so long a time; 0 is no bound.
func Until(a Arrivals, calls uint64, d time.Duration) Arrivals {
	return &until{a, calls, int64(d), 0}
}

type until struct {
	Arrivals
	calls uint64
	d     int64
	n     uint64
}

func (u *until) Next() (int64, bool) {
	if u.calls > 0 && u.n >= u.calls {
		return 0, false
	}
	at, ok := u.Arrivals.Next()
	if !ok || u.d > 0 && at >= u.d {
		return 0, false
	}
	u.n++
	return at, true
}

// share deals arrivals out to one of several engines: every n-th is its.
type share struct {
	Arrivals
	of, mine, i int
}

func (s *share) Next() (int64, bool) {
	for {
		at, ok := s.Arrivals.Next()
		mine := s.i%s.of == s.mine
		s.i++
		if !ok || mine {
			return at, ok
		}
	}
}

// Times says how long something takes, call by call.
type Times func(*rand.Rand) time.Duration

// Fixed takes the same time always.
func Fixed(d time.Duration) Times { return func(*rand.Rand) time.Duration { return d } }

// Uniform takes from one time to another.
func Uniform(least, most time.Duration) Times {
	return func(r *rand.Rand) time.Duration { return least + time.Duration(r.Int64N(int64(most-least)+1)) }
}

// Exponential takes a mean time: the usual model of how long people talk.
func Exponential(mean time.Duration) Times {
	return func(r *rand.Rand) time.Duration { return time.Duration(r.ExpFloat64() * float64(mean)) }
}
