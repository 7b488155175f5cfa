package load

import (
	"errors"
	"fmt"
)

// Flow is one kind of the calls of a mix.
type Flow struct {
	Name   string
	Weight float64 // its share of the calls is that of the weights
	Called Numbers
	Hold   Times // nil: as the others
}

// Flowed is what became of the calls of a flow.
type Flowed struct {
	Name      string `json:"name"`
	Attempts  uint64 `json:"attempts"`
	Answered  uint64 `json:"answered"`
	Completed uint64 `json:"completed"`
}

// mix says of each call which flow it is of, by its number in the run and the
// seed: it needs no memory for that.
type mix struct {
	flows []Flow
	upTo  []float64 // the sum of the shares so far
	seed  uint64
}

func newMix(flows []Flow, seed uint64) *mix {
	m := &mix{flows: flows, seed: seed}
	sum, all := 0.0, 0.0
	for _, f := range flows {
		all += f.Weight
	}
	for _, f := range flows {
		sum += f.Weight / all
		m.upTo = append(m.upTo, sum)
	}
	return m
}

// of gives the flow of a call.
func (m *mix) of(n uint64) int {
	x := n + m.seed*0x9e3779b97f4a7c15 // splitmix64
	x = (x + 0x9e3779b97f4a7c15)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	dice := float64((x^x>>31)>>11) / (1 << 53)
	for i, share := range m.upTo {
		if dice < share {
			return i
		}
	}
	return len(m.flows) - 1 // for rounding
}

func (m *mix) called(b []byte, n uint64) []byte { return m.flows[m.of(n)].Called(b, n) }

func flowFaults(flows []Flow) error {
	var faults []error
	for _, f := range flows {
		if !(f.Weight > 0) || f.Called == nil {
			faults = append(faults, fmt.Errorf("flow %q: want a weight above 0, and numbers", f.Name))
		}
	}
	return errors.Join(faults...)
}

// flow gives the count of the flow that a call is of, nil where there is no
// mix.
func (c *caller) flow(k *call) *Flowed {
	if c.mix == nil {
		return nil
	}
	return &c.m.Flows[c.mix.of(k.n)]
}

// holds says how long a call is to last.
func (c *caller) holds(k *call) int64 {
	hold := c.hold
	if c.mix != nil {
		if h := c.mix.flows[c.mix.of(k.n)].Hold; h != nil {
			hold = h
		}
	}
	return int64(hold(c.rnd))
}

// completed counts a call that was answered and is released, by a BYE at a time.
func (c *caller) completed(k *call, ended int64) {
	if k.flags&answered == 0 {
		return // too late
	}
	c.m.Completed++
	if k.flags&undescribed != 0 {
		c.m.Undescribed++
	}
	c.m.SDT.add(ended - k.began)
	if f := c.flow(k); f != nil {
		f.Completed++
	}
}

// mergeFlows adds what another engine has seen.
func (m *Measure) mergeFlows(o []Flowed) {
	if m.Flows == nil {
		m.Flows = append(m.Flows, o...)
		return
	}
	for i, f := range o {
		m.Flows[i].Attempts += f.Attempts
		m.Flows[i].Answered += f.Answered
		m.Flows[i].Completed += f.Completed
	}
}
