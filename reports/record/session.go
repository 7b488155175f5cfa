package record

import "time"

// Session is what a party saw of offers and answers, reliable provisional
// responses, session timers and transfers in one call. It is part of its
// Attempt.
type Session struct {
	// Delayed says that the INVITE had no offer.
	Delayed bool `json:"delayed_offer,omitempty"`
	// Offered and Agreed are the codecs of the first offer and of its answer;
	// AgreedAt is when the answer was there.
	Offered  []string `json:"offered,omitempty"`
	Agreed   []string `json:"agreed,omitempty"`
	AgreedAt int64    `json:"agreed_ns,omitempty"`
	// Reoffers are the later offers and refreshes, of either side.
	Reoffers []Reoffer `json:"reoffers,omitempty"`
	// Reliable are the reliable provisional responses, sent if inbound.
	Reliable []Reliable `json:"reliable,omitempty"`
	// Timer is the session timer; nil where none was asked for.
	Timer *Timer `json:"timer,omitempty"`
	// Refer is the transfer that this party asked for.
	Refer *Refer `json:"refer,omitempty"`
	// Lacks are header fields that messages of the other side had to have.
	Lacks []Lack `json:"lacks,omitempty"`
	// Described are the descriptions of the other side that were offers,
	// answers of a 2xx or an ACK, in the order in which they came.
	Described []Description `json:"described,omitempty"`
	// Redirected is the number to which a 3xx sent the caller, and where it
	// went.
	Redirected string `json:"redirected,omitempty"`
}

// Lack is a header field that a message of the other side had to have once,
// and did not: it was missing, or there were more of it.
type Lack struct {
	Message string `json:"message"` // "INVITE", "200 to INVITE"
	Field   string `json:"field"`   // "Contact"
	Count   int    `json:"count"`   // how many there were
}

// Description is a session description of the other side.
type Description struct {
	At      int64  `json:"at_ns"`
	Message string `json:"message"` // "INVITE", "200 to INVITE"
	// Session are user and session id of its o= line, Version is its version.
	Session string `json:"session"`
	Version uint64 `json:"version"`
	// Rest is a digest of its other lines.
	Rest string `json:"rest"`
}

// Reoffer is a re-INVITE or UPDATE.
type Reoffer struct {
	At     int64  `json:"at_ns"`
	Method string `json:"method"`
	Sent   bool   `json:"sent"`
	// Direction is the offer's, as the one who made it sees it; empty where
	// there was none: a refresh.
	Direction string `json:"direction,omitempty"`
	// Answer is the direction in the answer to it, as the one who answers
	// sees it; empty where there was none.
	Answer string `json:"answer,omitempty"`
	Code   int    `json:"code,omitempty"` // final, 0 for none
	End    int64  `json:"end_ns,omitempty"`
	// Expires is the Session-Expires of a 2xx, in seconds.
	Expires int `json:"expires,omitempty"`
}

// Reliable is one reliable provisional response (RFC 3262).
type Reliable struct {
	At    int64  `json:"at_ns"`
	Code  int    `json:"code"`
	RSeq  uint32 `json:"rseq"`
	RAck  string `json:"rack,omitempty"` // of its PRACK
	AckAt int64  `json:"ack_ns,omitempty"`
	// AckCode is what the PRACK was answered, 0 for nothing yet.
	AckCode int `json:"ack_code,omitempty"`
}

// Timer is a session timer (RFC 4028).
type Timer struct {
	Asked     int    `json:"asked_s"`
	Granted   int    `json:"granted_s,omitempty"` // 0: the 2xx said nothing of it
	Refresher string `json:"refresher,omitempty"` // uac or uas
	// Required says that the 2xx required the extension of the caller.
	Required bool `json:"required,omitempty"`
}

// Refer is a transfer (RFC 3515).
type Refer struct {
	At      int64    `json:"at_ns"`
	To      string   `json:"to"`
	Code    int      `json:"code,omitempty"`
	Notices []Notice `json:"notices,omitempty"`
}

// Notice is one NOTIFY of how a transfer goes.
type Notice struct {
	At   int64 `json:"at_ns"`
	Code int   `json:"code"` // in its sipfrag, 0 for none
	// State is its Subscription-State, without parameters; empty for none.
	State string `json:"state,omitempty"`
}

// Notified gives the codes in the NOTIFYs.
func (r *Refer) Notified() (codes []int) {
	for _, n := range r.Notices {
		if n.Code != 0 {
			codes = append(codes, n.Code)
		}
	}
	return codes
}

// clone gives a copy that shares nothing.
func (s Session) clone() Session {
	s.Offered = append([]string(nil), s.Offered...)
	s.Agreed = append([]string(nil), s.Agreed...)
	s.Reoffers = append([]Reoffer(nil), s.Reoffers...)
	s.Reliable = append([]Reliable(nil), s.Reliable...)
	s.Lacks = append([]Lack(nil), s.Lacks...)
	s.Described = append([]Description(nil), s.Described...)
	if s.Timer != nil {
		t := *s.Timer
		s.Timer = &t
	}
	if s.Refer != nil {
		r := *s.Refer
		r.Notices = append([]Notice(nil), r.Notices...)
		s.Refer = &r
	}
	return s
}

// Clone gives a copy of the attempt that shares nothing with it.
func (a Attempt) Clone() Attempt {
	a.Responses = append([]Response(nil), a.Responses...)
	a.Stray = append([]string(nil), a.Stray...)
	a.Session = a.clone()
	return a
}

// Last gives when anything was last heard, in nanoseconds; 0 for never.
func (s *Stream) Last() int64 {
	var last int64
	for _, h := range s.Heard {
		last = max(last, h.To)
	}
	return last
}

// HeardAfter sums how long a voice was heard from a moment on.
func (s *Stream) HeardAfter(voice string, from int64) time.Duration {
	var d int64
	for _, h := range s.Heard {
		if h.Voice == voice && h.Whole() && h.To > from {
			d += h.To - max(h.From, from)
		}
	}
	return time.Duration(d)
}

// HeardBefore sums how long a voice was heard until a moment.
func (s *Stream) HeardBefore(voice string, to int64) time.Duration {
	var d int64
	for _, h := range s.Heard {
		if h.Voice == voice && h.Whole() && h.From < to {
			d += min(h.To, to) - h.From
		}
	}
	return time.Duration(d)
}
