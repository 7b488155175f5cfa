package bundled

import (
	"context"

	"ringproof/internal/memnet"
	"ringproof/internal/site"
	"ringproof/reports/record"
	"ringproof/steps"
)

// Rehearse plays a suite through in memory, with the bundled switch in the
// place of the system under test: no socket is opened and nothing is kept.
// The record shows what a run with the same seed dials, and from where.
func Rehearse(ctx context.Context, s steps.Suite) (*record.Run, error) {
	profile, err := load(s.Profile)
	if err != nil {
		return nil, &steps.UsageError{Err: err}
	}
	cfg := Config{Profile: s.Profile}
	if y, real := profile.Tested(); real {
		cfg.Addr = y.SIP.Addr
	}
	if s.Target, err = New(cfg); err != nil {
		return nil, &steps.UsageError{Err: err}
	}
	s.Network, s.Out = memnet.New(), ""
	h, err := steps.New(s)
	if err != nil {
		return nil, err
	}
	return h.Run(ctx)
}

func load(path string) (*site.Site, error) {
	if path == "" {
		return site.Demo()
	}
	return site.Load(path)
}
