package transaction

import (
	"sync"

	"ringproof/internal/wire"
)

// Event is what a transaction tells its user.
type Event struct {
	// Message is the request or response; nil where Err says what failed.
	Message *wire.Message
	// Client is the transaction of a response or of a failed request.
	Client *Client
	// Server is the transaction of a request; nil for the ACK to a 2xx.
	Server *Server
	// Cancels is the INVITE that the CANCEL in Message means.
	Cancels *Server
	// Err is a *TimeoutError or a transport's error.
	Err error
}

// Inbox keeps events in order until their owner takes them. It has no bound:
// whoever owns a dialog also ends it.
type Inbox struct {
	mu     sync.Mutex
	events []Event
	ready  chan struct{}
}

// NewInbox gives an empty inbox.
func NewInbox() *Inbox { return &Inbox{ready: make(chan struct{}, 1)} }

// Ready is readable when there is something to take.
func (in *Inbox) Ready() <-chan struct{} { return in.ready }

// Take takes the oldest event; false when there is none.
func (in *Inbox) Take() (Event, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if len(in.events) == 0 {
		return Event{}, false
	}
	e := in.events[0]
	in.events = in.events[1:]
	return e, true
}

func (in *Inbox) put(e Event) {
	if in == nil {
		return
	}
	in.mu.Lock()
	in.events = append(in.events, e)
	in.mu.Unlock()
	select {
	case in.ready <- struct{}{}:
	default:
	}
}
