package steps

import (
	"context"
	"fmt"
	"time"

	"github.com/cucumber/godog"

	"ringproof/internal/check"
	"ringproof/internal/stage"
	"ringproof/reports/record"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

// cameraSteps: who looks, at which camera, and what is seen.
func (w *world) cameraSteps(sc *godog.ScenarioContext) {
	w.on(sc, `a viewer in (peer-to-peer|registration) mode`, w.aViewer)
	w.on(sc, `(a camera|the last camera|an offline camera|a number without a camera) behind a gateway`, w.aCamera)
	w.on(sc, `a camera behind a gateway that registers`, w.aRegisteredCamera)
	w.on(sc, `the viewer calls that number`, w.calls)
	w.on(sc, `the call reaches the gateway`, w.reached)
	w.on(sc, `the viewer sees that camera`, w.seesCamera)
	w.on(sc, `its picture goes on`, w.goesOn)
	w.on(sc, `the viewer is told that the camera is offline`, w.cameraOffline)
	w.on(sc, `the viewer is told that there is no such camera`, w.cameraUnmapped)
	w.on(sc, `the (viewer|gateway) hangs up`, w.hangsUpCamera)
	w.on(sc, `the picture stops`, w.pictureStops)
}

func (w *world) aViewer(ctx context.Context, mode string) (err error) {
	switch mode {
	case registration:
		w.caller, err = w.phone(ctx, 0)
	case peerToPeer:
		w.caller, err = w.cast.Caller()
	default:
		err = fmt.Errorf("no mode %q", mode)
	}
	if err == nil {
		w.caller.Look()
	}
	return err
}

func (w *world) aCamera(which string) (err error) {
	w.callee, err = w.cast.Camera(map[string]stage.Which{
		"a camera": stage.AnyCamera, "the last camera": stage.LastCamera,
		"an offline camera": stage.OfflineCamera, "a number without a camera": stage.UnmappedNumber,
	}[which])
	if err == nil {
		w.dialled = w.callee.Number
	}
	return err
}

// aRegisteredCamera registers a gateway with one account for its cameras.
func (w *world) aRegisteredCamera(ctx context.Context) error {
	g, err := w.cast.Branch(stage.Filming)
	if err != nil {
		return err
	}
	w.callee = g.Player
	f := g.Register(ctx)
	w.registration = &f
	if err := w.must(ctx, check.Evidence{}, "register.accepted"); err != nil {
		return err
	}
	w.dialled = g.Bound[0].Number
	w.callee.Number = w.dialled
	return nil
}

// watch waits until so many new pictures of the camera were seen, or the
// bound: what was seen is judged, not how the wait ended.
func (w *world) watch(ctx context.Context, least int) check.Evidence {
	e := check.Evidence{Within: w.h.site.Thresholds.Picture, Camera: w.dialled}
	ctx, cancel := within(ctx, e.Within)
	defer cancel()
	if v := videoOf(w.call); v != nil {
		_ = v.AwaitPictures(ctx, w.dialled, least)
	}
	return e
}

func (w *world) seesCamera(ctx context.Context) error {
	if err := w.call.Settled(ctx); err != nil {
		return err
	}
	if err := w.must(ctx, check.Evidence{}, "camera.agreed"); err != nil {
		return err
	}
	return w.must(ctx, w.watch(ctx, 1), "camera.seen")
}

func (w *world) goesOn(ctx context.Context) error {
	return w.must(ctx, w.watch(ctx, check.EnoughPictures), "camera.live", "camera.seen")
}

func (w *world) cameraOffline(ctx context.Context) error {
	return w.refusedCamera(ctx, "offline", "camera.offline")
}

func (w *world) cameraUnmapped(ctx context.Context) error {
	return w.refusedCamera(ctx, "unallocated", "camera.unmapped")
}

func (w *world) refusedCamera(ctx context.Context, as, rule string) error {
	e := w.expecting(as, check.Evidence{Within: w.h.site.Thresholds.Answer})
	w.until(ctx, e, final)
	return w.must(ctx, e, rule, "call.once")
}

func (w *world) hangsUpCamera(ctx context.Context, side string) error {
	if side == "viewer" {
		side = "caller"
	}
	return w.hangsUp(ctx, side)
}

// quiet is for how long no packet may come before the video has stopped: six
// pictures of the camera.
const quiet = 500 * time.Millisecond

func (w *world) pictureStops(ctx context.Context) error {
	e := check.Evidence{Within: w.h.site.Thresholds.Release, Camera: w.dialled}
	wait, cancel := within(ctx, e.Within)
	defer cancel()
	over := func(a record.Attempt) bool { return a.ByeAt != 0 }
	_ = w.call.Await(wait, over)   // judged by what was seen
	_ = w.called.Await(wait, over) // judged by what was seen
	if v := videoOf(w.call); v != nil {
		before := v.Fact().Received
		e.Quiet = v.AwaitQuiet(wait, quiet) == nil
		e.After = v.Fact().Received - before
	}
	return w.must(ctx, e, "camera.stopped")
}

// videoOf gives the pictures of a call; nil where it has none.
func videoOf(c *ua.Call) *media.Video {
	if c == nil {
		return nil
	}
	v, _ := c.Video().(*media.Video)
	return v
}

// video gives what was seen in a call.
func video(c *ua.Call) *record.Stream {
	v := videoOf(c)
	if v == nil {
		return nil
	}
	s := v.Fact()
	s.Party = c.Fact().Party
	return &s
}
