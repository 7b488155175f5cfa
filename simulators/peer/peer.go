// Package peer is a simulated trunk peer: a system at a fixed address that
// answers for a range of numbers, each of which may be treated differently.
package peer

import (
	"sync"

	"ringproof/simulators/ua"
)

// Peer is one trunk peer.
type Peer struct {
	*ua.Agent

	mu      sync.Mutex
	numbers map[string]ua.Behaviour
}

// New opens a peer. The agent's Incoming is the peer's own.
func New(cfg ua.Config) (*Peer, error) {
	p := &Peer{numbers: map[string]ua.Behaviour{}}
	cfg.Incoming = p.treat
	var err error
	p.Agent, err = ua.New(cfg)
	return p, err
}

// notFound is the answer for numbers that nobody has set.
const notFound = 404

func (p *Peer) treat(number string) ua.Behaviour {
	p.mu.Lock()
	defer p.mu.Unlock()
	if b, ok := p.numbers[number]; ok {
		return b
	}
	return ua.Behaviour{Reject: notFound}
}

// Follow takes over from a peer whose port was closed. What was sent there in
// vain goes on being sent for half a minute (RFC 3261 §17.1.1.2, Timer B), and
// comes here: it is late.
func (p *Peer) Follow(other *Peer) {
	other.mu.Lock()
	defer other.mu.Unlock()
	for number := range other.numbers {
		p.Behave(number, ua.Behaviour{Late: true})
	}
}

// Behave says how calls to the number are treated from now on, after the
// scenario too: a silent number stays silent to whatever comes late.
func (p *Peer) Behave(number string, b ua.Behaviour) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.numbers[number] = b
}
