package ua

import (
	"bytes"
	"context"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
)

// Deaf says whether OPTIONS outside any dialog stay unanswered from now on.
func (a *Agent) Deaf(deaf bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = 0
	a.deaf.Store(deaf)
}

// heed counts a question, and answers it unless the agent is deaf. It is counted
// first: one that was answered is none of those since the agent became deaf.
func (a *Agent) heed(s *transaction.Server) {
	a.mu.Lock()
	deaf := a.deaf.Load()
	a.asked++
	close(a.arrived)
	a.arrived = make(chan struct{})
	a.mu.Unlock()
	if !deaf {
		a.answer(s, sip.StatusOK, "OK")
	}
}

// Asked waits until the agent was asked so many questions since it became
// deaf, or heard again, and tells how many they were.
func (a *Agent) Asked(ctx context.Context, questions int) int {
	for {
		a.mu.Lock()
		n, arrived := a.asked, a.arrived
		a.mu.Unlock()
		if n >= questions {
			return n
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return n
		}
	}
}

// options tells whether a packet asks whether somebody is there, or answers.
func options(b []byte) bool {
	if bytes.HasPrefix(b, []byte("OPTIONS ")) {
		return true
	}
	head, _, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	return bytes.HasPrefix(b, []byte("SIP/2.0 ")) && bytes.Contains(head, []byte(" OPTIONS\r\n"))
}
