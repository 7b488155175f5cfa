package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"

	"ringproof/simulators/load"
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
	var reader sync.WaitGroup
	reader.Go(func() { keys(tty, rate, stop) })
	return sync.OnceFunc(func() {
		_ = raw.Control(func(fd uintptr) { _ = term.Restore(int(fd), was) }) // a terminal that has gone needs none
		tty.Close()
		reader.Wait()
	}), true
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
				rate.Set(min(mostRate, 1.1*rate.Get()))
			case '-':
				rate.Set(max(leastRate, rate.Get()/1.1))
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
	ctx, stop := context.WithCancel(ctx)
	rate := new(load.Rate)
	rate.Set(f.rate)
	end, steered := p.steer(rate, stop)
	if steered {
		calls, duration := f.bounds()
		cfg.Watch = p.steering(rate)
		cfg.Arrivals = func() load.Arrivals { return load.Until(load.Adjustable(rate), calls, duration) }
	}
	return ctx, sync.OnceFunc(func() {
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
