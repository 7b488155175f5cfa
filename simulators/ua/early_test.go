package ua_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/wire"
	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// counted is media that counts what was opened and not closed.
type counted struct {
	silence
	open *atomic.Int32
}

func (c *counted) Close() record.Stream {
	c.open.Add(-1)
	return record.Stream{}
}

// A scenario may end the moment a call arrives: what is released then must not
// open its media afterwards, when nobody closes it any more. Whether the
// INVITE or the release is looked at first is left to chance, so many calls
// are made.
func TestCallReleasedOnArrivalLeavesNoMediaOpen(t *testing.T) {
	for range 100 {
		synctest.Test(t, func(t *testing.T) {
			n := memnet.New()
			journal, err := record.NewJournal("", record.Run{Started: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			var open, ids atomic.Int32
			agent := func(at netip.AddrPort, party string) *ua.Agent {
				id := func() string { return fmt.Sprint(ids.Add(1)) }
				a, err := ua.New(ua.Config{
					Network: n, Addr: at, Party: party, User: party, Journal: journal, NewID: id, Token: id,
					Incoming: func(string) ua.Behaviour { return ua.Behaviour{} },
					Media: func() (ua.Media, error) {
						open.Add(1)
						return &counted{open: &open}, nil
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			caller, called := agent(ours, "alice"), agent(theirs, "bob")
			caller.Face(wire.Hop{Transport: wire.UDP, Addr: theirs}, "biloxi.example.com")
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if _, err := caller.Invite(ctx, "alice", "bob"); err != nil {
				t.Fatal(err)
			}
			if _, err := called.Arrival(ctx); err != nil {
				t.Fatal(err)
			}
			called.Conclude(ctx)
			caller.Conclude(ctx)
			synctest.Wait()
			called.Close(ctx)
			caller.Close(ctx)
			if left := open.Load(); left != 0 {
				t.Errorf("%d media are open after all was released", left)
			}
		})
	}
}
