package main

import (
	"errors"
	"testing"

	"ringproof/simulators/load"
)

// The limit is one of callers: a crowd that is as small refuses calls that the
// system under test is then blamed for.
func TestCrowdHasRoomForCallsThatEndLater(t *testing.T) {
	for to, want := range map[string]int{"": 10, "sip:x@127.0.0.1:5060": 20} {
		f := loadFlags{answer: "127.0.0.1:0", to: to, limit: 10, delay: "0s"}
		if c, err := f.crowd(); err != nil || c.Limit != want {
			t.Errorf("to %q: %d at a time, %v; want %d", to, c.Limit, err, want)
		}
	}
}

func TestWhatASearchFoundIsSaidWhateverEndedIt(t *testing.T) {
	trial := func(rate float64, calls uint64) load.TrialResult {
		return load.TrialResult{Rate: rate, Calls: calls, Established: calls}
	}
	for _, x := range []struct {
		name string
		f    load.Found
		err  error
		want string
	}{
		{"found", load.Found{Rate: 500, Converged: true, Method: "m", Trials: []load.TrialResult{trial(500, 5000)}}, nil, "\n500 calls/s without a failure, by m in 1 trials\n"},
		{
			"in a burst",
			load.Found{Rate: 500, Converged: true, Method: "m", Trials: []load.TrialResult{trial(500, 1000)}},
			nil,
			"\n500 calls/s without a failure, by m in 1 trials\nIts trial lasted 2s: buffers and retransmissions may have carried that. More --calls make it longer.\n",
		},
		{"ended", load.Found{Rate: 500, Method: "m", Trials: []load.TrialResult{trial(500, 5000)}}, errors.New("no core"), "\nended: 500 calls/s at least, by m; after 1 trials: no core\n"},
		{"nothing", load.Found{Method: "m"}, errors.New("no core"), "\nnot found after 0 trials: no core\n"},
	} {
		p, out := on(0, false)
		p.found(x.f, x.err)
		if got := out.String(); got != x.want {
			t.Errorf("%s: got %q, want %q", x.name, got, x.want)
		}
	}
}
