package steps

import (
	"context"
	"fmt"
	"slices"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/simulators/ua"
)

// branchSteps: numbers behind a branch gateway that registers.
func (w *world) branchSteps(sc *godog.ScenarioContext) {
	w.on(sc, `a branch gateway that registers (each of its numbers|one account for its numbers|its numbers in bulk)`, w.aBranch)
	w.on(sc, `the caller calls the (first|second|third|last) number behind the gateway`, w.callsBehind)
	w.on(sc, `the caller calls a number that the gateway does not know`, w.callsUnknown)
	w.on(sc, `the gateway is reached, and knows which number is meant`, w.branchReached)
	w.on(sc, `the gateway is reached by that call`, w.branchReachedAnyhow)
	w.on(sc, `the caller is told that nobody has the number`, w.toldUnmapped)
}

func (w *world) aBranch(ctx context.Context, how string) (err error) {
	kinds := []string{"each of its numbers", "one account for its numbers", "its numbers in bulk"}
	kind := []stage.Kind{stage.EachNumber, stage.OneForMany, stage.InBulk}[slices.Index(kinds, how)]
	g, err := w.cast.Branch(kind)
	if err != nil {
		return err
	}
	w.binding.branch, w.callee = g, g.Player
	f := g.Register(ctx)
	w.registration = &f
	return w.must(ctx, check.Evidence{}, "register.accepted")
}

func (w *world) callsBehind(ctx context.Context, which string) error {
	all := w.binding.branch.Bound
	i := slices.Index([]string{"first", "second", "third"}, which)
	if which == "last" {
		i = len(all) - 1
	}
	if i >= len(all) {
		return &stage.UnprovableError{Missing: fmt.Sprintf("the profile has no %s number behind %s: fill in accounts[].numbers", which, w.callee.Name)}
	}
	w.binding.number = all[i]
	return w.callsNumber(ctx, all[i].Number)
}

func (w *world) callsNumber(ctx context.Context, number string) error {
	w.callee.Number, w.dialled = number, number
	return w.calls(ctx)
}

func (w *world) callsUnknown(ctx context.Context) error {
	n := w.binding.branch.Unknown
	if n == "" {
		return &stage.UnprovableError{Missing: "the profile has no range with three numbers behind " + w.callee.Name + ", whose calls arrive with the number dialled: fill in accounts[].numbers and accounts[].request_uri"}
	}
	w.binding.number = stage.Bound{Number: n, Arrives: []string{n}}
	return w.callsNumber(ctx, n)
}

func (w *world) branchReached(ctx context.Context) error {
	return w.atBranch(ctx, "number.bound", "number.form", "call.once")
}

func (w *world) branchReachedAnyhow(ctx context.Context) error {
	return w.atBranch(ctx, "number.bound", "number.form")
}

func (w *world) atBranch(ctx context.Context, rules ...string) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Answer, Numbers: w.binding.number.Arrives}
	if w.called = w.arrival(ctx, e); w.called == nil {
		w.called = w.cast.Elsewhere(w.caller, w.callee)
	}
	return w.inTurn(ctx, e, rules...)
}

func (w *world) toldUnmapped(ctx context.Context) error {
	e := w.expecting("unallocated", check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	return w.inTurn(ctx, e, "number.unmapped", "call.once")
}

// silent is how an address is that a phone has left.
func silent() ua.Behaviour { return ua.Behaviour{Silent: true} }

// arrived gives the call that has come to a player by now, or nil.
func arrived(ctx context.Context, p *stage.Player) *ua.Call {
	now, cancel := context.WithCancel(ctx)
	cancel()
	c, err := p.Arrival(now)
	if err != nil {
		return nil
	}
	return c
}
