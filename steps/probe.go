package steps

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
)

// probeFeature is where the record files the stages of a probe.
const probeFeature = "Probe"

// Probe goes through what a call needs, stage by stage, and stops at the first
// that fails: our addresses, the SIP port and an answer to OPTIONS, one
// registration and its removal, one call, its media. The rules are those of
// the suite. Like Run it ends the harness.
func (h *Harness) Probe(ctx context.Context) (*record.Run, error) {
	h.kind = record.AProbe
	return h.perform(ctx, func(ctx context.Context) {
		if h.probeRegistration(ctx) {
			h.probeCall(ctx)
		}
	})
}

// sourcesReady is the first stage: nothing has been sent yet.
func (h *Harness) sourcesReady(ctx context.Context) bool {
	w := &world{h: h}
	w.begin("sources", "Our addresses", probeFeature)
	e := check.Evidence{System: "the bundled switch"}
	var to netip.AddrPort
	if y, real := h.site.Tested(); real {
		e.System, to = y.SIP.String(), y.SIP.Addr
	}
	if at := h.site.Harness.Phones; at.IsValid() && len(h.site.Accounts) > 0 {
		e.Sources = append(e.Sources, h.source("the phones", netip.AddrPortFrom(at, 0), to))
	}
	for _, t := range h.site.Trunks {
		e.Sources = append(e.Sources, h.source("trunk "+t.Name, t.Address, to))
	}
	for _, g := range h.site.Gateways {
		e.Sources = append(e.Sources, h.source("gateway "+g.Name, g.Address, to))
	}
	c, f := h.judge("source.ready", e)
	w.scenario.Name += ": " + c.Measured
	w.add(f)
	if f != nil {
		h.breaks(errSources)
		w.close(ctx, errFailed)
		return false
	}
	return w.close(ctx, nil)
}

var errSources = errors.New("an address of ours cannot be used: nothing was sent")

// source tries one of our addresses on the way to the system.
func (h *Harness) source(party string, at, to netip.AddrPort) check.Source {
	s := check.Source{Party: party, Addr: at}
	if c, err := h.suite.Network.ListenPacket(at); err != nil {
		s.Bind = err.Error()
	} else {
		c.Close()
	}
	kernel, ok := h.suite.Network.(interface {
		Source(to netip.AddrPort) (netip.Addr, error)
	})
	if !ok || !to.IsValid() {
		return s
	}
	var err error
	if s.Kernel, err = kernel.Source(to); err != nil {
		s.Route = err.Error()
	}
	return s
}

// probeRegistration registers one account and removes it.
func (h *Harness) probeRegistration(ctx context.Context) bool {
	w := h.alone("register", "An account is registered, and its binding removed", probeFeature)
	return w.close(ctx, w.registersAndRemoves(ctx))
}

func (w *world) registersAndRemoves(ctx context.Context) (err error) {
	if len(w.h.site.PhoneAccounts()) == 0 {
		w.scenario.NotApplicable = true
		return &stage.UnprovableError{Missing: "the profile has no account of a phone"}
	}
	if w.caller, err = w.phone(ctx, 0); err != nil {
		return err
	}
	f, _ := w.caller.Phone.Unregister(ctx) // its error is in the fact
	w.registration = &f
	return w.must(ctx, check.Evidence{}, "register.withdrawn")
}

// probeCall places one call and, once it is answered, listens.
func (h *Harness) probeCall(ctx context.Context) {
	w := h.alone("call", "One call is answered", probeFeature)
	if err := w.placed(ctx); err != nil {
		w.close(ctx, err)
		return
	}
	w.settle(ctx, nil)
	w.begin("media", "Each side of it hears the other, and is released", probeFeature)
	w.close(ctx, w.heardAndReleased(ctx))
}

// placed has somebody of the profile call somebody else.
func (w *world) placed(ctx context.Context) (err error) {
	if w.caller, w.callee, err = w.cast.Pair(); err != nil {
		return err
	}
	w.scenario.Name = fmt.Sprintf("%s calls %s, and is answered", w.caller.Name, w.callee.Number)
	return w.connects(ctx)
}

// settle judges a stage and tells of it; its calls go on.
func (w *world) settle(ctx context.Context, err error) {
	w.judge(ctx, err)
	w.scenario.End = w.h.journal.Now()
	w.h.journal.Add(w.scenario)
	if w.h.suite.Watch != nil {
		w.h.suite.Watch(w.scenario, w.findings)
	}
}

// close ends a stage and tells whether the next may come.
func (w *world) close(ctx context.Context, err error) bool {
	if w.cast == nil {
		w.settle(ctx, err)
	} else {
		w.judge(ctx, err)
		w.proves(ctx)
		w.end(ctx)
	}
	return w.scenario.Status == record.Passed || w.scenario.Status == record.Skipped
}
