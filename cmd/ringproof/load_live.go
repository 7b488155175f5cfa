package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"

	"ringproof/simulators/load"
	"ringproof/steps"
)

// loading shows how a load goes on, once a second: in a line that goes away or,
// where there is none, in one more line.
func (p *printer) loading(l load.Live) {
	text := fmt.Sprintf("%4.0f s  begun %9d  answered %9d  refused %7d  no response %7d  open %7d",
		l.Seconds, l.Attempts, l.Answered, l.Refused, l.TimedOut, l.Active)
	if !p.live {
		p.row("%s", text)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
	fmt.Fprint(p.w, fit(text, p.size()-1))
	p.shown = true
}

// steering is [printer.loading] with the rate, which keys change.
func (p *printer) steering(rate *load.Rate) func(load.Live) {
	return func(l load.Live) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.wipe()
		fmt.Fprint(p.w, fit(fmt.Sprintf("%4.0f s  %.4g/s (+ - 10 %%)  open %d  begun %d  answered %d  refused %d  no response %d",
			l.Seconds, rate.Get(), l.Active, l.Attempts, l.Answered, l.Refused, l.TimedOut), p.size()-1))
		p.shown = true
	}
}

// steer has keys of the terminal change the rate, until end is called, which
// gives the terminal back as it was. Where there is none it does nothing, and
// tells so.
func (p *printer) steer(rate *load.Rate, stop func()) (end func(), steered bool) {
	nothing := func() {}
	if !p.live {
		return nothing, false
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nothing, false
	}
	// Not tty.Fd: a file that gave it away cannot be read and closed at once.
	var was *term.State
	raw, err := tty.SyscallConn()
	if err == nil {
		if e := raw.Control(func(fd uintptr) { was, err = term.MakeRaw(int(fd)) }); e != nil {
			err = e
		}
	}
	if err != nil {
		tty.Close()
		return nothing, false
	}
	cooked := p.w
	p.w = returning{cooked}
	var reader sync.WaitGroup
	reader.Go(func() { keys(tty, rate, stop) })
	return sync.OnceFunc(func() {
		_ = raw.Control(func(fd uintptr) { _ = term.Restore(int(fd), was) }) // a terminal that has gone needs none
		tty.Close()
		reader.Wait()
		p.w = cooked
	}), true
}

// returning begins each line at the left, which a raw terminal does not.
type returning struct{ io.Writer }

func (r returning) Write(b []byte) (int, error) {
	_, err := r.Writer.Write(bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")))
	return len(b), err
}

// What a load may be steered to, in calls a second.
const (
	leastRate = 0.1
	mostRate  = 1_000_000
)

// keys changes the rate by a tenth for each + and -, and stops for Ctrl-C,
// which a raw terminal sends as a character.
func keys(r io.Reader, rate *load.Rate, stop func()) {
	var b [16]byte
	for {
		n, err := r.Read(b[:])
		for _, c := range b[:n] {
			switch c {
			case '+', '=': // the same key without shift
				rate.Change(min(1.1, mostRate/rate.Get()))
			case '-':
				rate.Change(max(1/1.1, leastRate/rate.Get()))
			case 3, 'q':
				stop()
			}
		}
		if err != nil {
			return
		}
	}
}

// watched has a load shown and, on a terminal, steered. Its end gives the
// terminal back.
func (f *loadFlags) watched(ctx context.Context, p *printer, cfg *load.Config) (context.Context, func()) {
	cfg.Watch = p.loading
	if !f.steady() || f.mixing.users > 0 {
		return ctx, p.settle
	}
	ctx, rate, end := p.steered(ctx, f.rate)
	if rate != nil {
		calls, duration := f.bounds()
		cfg.Watch = p.steering(rate)
		cfg.Arrivals = func() load.Arrivals { return load.Until(load.Adjustable(rate), calls, duration) }
	}
	return ctx, end
}

// watchedOfSite is watched for a load of a profile, which bounds the rate.
func (f *loadFlags) watchedOfSite(ctx context.Context, p *printer, l *steps.Load) (context.Context, func()) {
	l.Watch = func(x steps.Progress) { p.loading(load.Live(x)) }
	if !f.steady() || f.report.verbose { // the log knows nothing of a raw terminal
		return ctx, p.settle
	}
	ctx, rate, end := p.steered(ctx, l.Rate) // where that is 0, the contracted one is set
	if rate != nil {
		l.Watch, l.Pace = func(x steps.Progress) { p.steering(rate)(load.Live(x)) }, rate
	}
	return ctx, end
}

// steered gives a rate that keys change, nil where there are no keys, and what
// ends that and gives the terminal back.
func (p *printer) steered(ctx context.Context, from float64) (context.Context, *load.Rate, func()) {
	ctx, stop := context.WithCancel(ctx)
	rate := new(load.Rate)
	rate.Set(from)
	end, keys := p.steer(rate, stop)
	if !keys {
		rate = nil
	}
	return ctx, rate, sync.OnceFunc(func() {
		end()
		p.settle()
	})
}

// settle takes a line away that goes away.
func (p *printer) settle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wipe()
}
