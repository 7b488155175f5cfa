package ua_test

import (
	"slices"
	"testing"

	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

func TestAnInviteCarriesWhatItIsPlacedWith(t *testing.T) {
	play(t, "call-anonymous", ua.Behaviour{}, func(t *testing.T, f *flow) {
		c, err := f.agent.Invite(f.ctx, "alice", "bob", ua.Hops(6), ua.Anonymously(),
			ua.Header("Privacy", "id"), ua.Header("P-Asserted-Identity", "<sip:alice@biloxi.example.com>"))
		if err != nil {
			t.Fatal(err)
		}
		if a := f.await(t, c, "end", over); a.Hops != 6 || a.From != "alice" {
			t.Errorf("got fact %+v", a)
		}
	})
}

func TestACallIsSentBackWithOneHopLess(t *testing.T) {
	play(t, "called-hairpin", ua.Behaviour{Hairpin: 3}, func(t *testing.T, f *flow) {
		c, err := f.agent.Arrival(f.ctx)
		if err != nil {
			t.Fatal(err)
		}
		a := f.await(t, c, "end", over)
		if got := codes(a); !slices.Equal(got, []int{483}) {
			t.Errorf("answered %v, want 483", got)
		}
		id := a.Identity
		if id == nil || id.Hops != 5 || !slices.Equal(id.Asserted, []string{"8001", "+4930"}) || len(id.Shown) != 4 {
			t.Errorf("got identity %+v", id)
		}
	})
	play(t, "called-hairpin-ends", ua.Behaviour{Hairpin: 3}, func(t *testing.T, f *flow) {
		c, err := f.agent.Arrival(f.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if a := f.await(t, c, "end", over); a.Outcome != record.Rejected || f.agent.Arrivals() != 1 {
			t.Errorf("got %+v", a)
		}
	})
}

func TestALateCallIsRefusedAndNotCounted(t *testing.T) {
	play(t, "called-too-late", ua.Behaviour{Late: true}, func(t *testing.T, f *flow) {
		if _, err := f.agent.Options(f.ctx); err != nil { // now the late call comes
			t.Fatal(err)
		}
		if got := f.agent.Asked(f.ctx, 1); got != 1 || f.agent.Arrivals() != 0 {
			t.Errorf("asked %d times, called %d times: want 1, 0", got, f.agent.Arrivals())
		}
	})
}

func TestADeafAgentCountsWhatItIsAsked(t *testing.T) {
	play(t, "asked", ua.Behaviour{}, func(t *testing.T, f *flow) {
		f.agent.Deaf(true)
		if _, err := f.agent.Options(f.ctx); err != nil { // now the other side asks
			t.Fatal(err)
		}
		if got := f.agent.Asked(f.ctx, 2); got != 2 {
			t.Errorf("left %d questions unanswered, want 2", got)
		}
	})
	play(t, "asked-again", ua.Behaviour{}, func(*testing.T, *flow) {})
}
