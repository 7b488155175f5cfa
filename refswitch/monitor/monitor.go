// Package monitor knows which targets are there: it asks each with OPTIONS
// again and again (RFC 3261 §11: any response means that it is), takes one
// that stays silent for down, and keeps those that asked for rest.
//
// [New] makes a [Monitor], [Monitor.Watch] says whom to ask from now on,
// [Monitor.Down] and [Monitor.Resting] tell what is known. Who was never
// asked is not known to be down.
package monitor

import (
	"context"
	"sync"
	"time"
)

// Target is one that is asked.
type Target struct {
	Name string
	// Every is the interval between two questions; zero asks none.
	Every time.Duration
	// Misses is how many questions in a row stay unanswered until the target
	// is taken for down.
	Misses int
	// Ask asks once and tells whether any response came before ctx ended.
	Ask func(ctx context.Context) bool
}

// Monitor watches targets.
type Monitor struct {
	mu     sync.Mutex
	missed map[string]int
	limit  map[string]int
	rest   map[string]time.Time
	stop   context.CancelFunc
	asking sync.WaitGroup
	told   func(name string, down bool)
}

// New makes a monitor. Told hears of each change; nil is for nobody.
func New(told func(name string, down bool)) *Monitor {
	if told == nil {
		told = func(string, bool) {}
	}
	return &Monitor{missed: map[string]int{}, limit: map[string]int{}, rest: map[string]time.Time{}, told: told}
}

// Watch asks these from now on and those before no longer. What is known of a
// target that goes on being asked stays.
func (m *Monitor) Watch(targets []Target) {
	m.Close()
	ctx, stop := context.WithCancel(context.Background())
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stop = stop
	missed := map[string]int{}
	for _, t := range targets {
		if t.Every <= 0 {
			continue
		}
		missed[t.Name], m.limit[t.Name] = m.missed[t.Name], max(1, t.Misses)
		m.asking.Go(func() { m.ask(ctx, t) })
	}
	m.missed = missed
}

// Close asks no more and waits until nobody is asked.
func (m *Monitor) Close() {
	m.mu.Lock()
	stop := m.stop
	m.stop = nil
	m.mu.Unlock()
	if stop != nil {
		stop()
	}
	m.asking.Wait()
}

// ask asks one target until ctx ends. A question waits as long as the
// interval for its answer.
func (m *Monitor) ask(ctx context.Context, t Target) {
	for {
		next := time.NewTimer(t.Every)
		wait, cancel := context.WithTimeout(ctx, t.Every)
		alive := t.Ask(wait)
		cancel()
		if ctx.Err() == nil {
			m.note(t.Name, alive)
		}
		select {
		case <-next.C:
		case <-ctx.Done():
			next.Stop()
			return
		}
	}
}

func (m *Monitor) note(name string, alive bool) {
	m.mu.Lock()
	before := m.down(name)
	if alive {
		m.missed[name] = 0
	} else {
		m.missed[name]++
	}
	after := m.down(name)
	m.mu.Unlock()
	if before != after {
		m.told(name, after)
	}
}

// Down tells whether a target is known to be down.
func (m *Monitor) Down(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.down(name)
}

func (m *Monitor) down(name string) bool {
	return m.missed[name] > 0 && m.missed[name] >= m.limit[name]
}

// Rest has a target left alone for a while.
func (m *Monitor) Rest(name string, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rest[name] = time.Now().Add(d)
}

// Resting tells whether a target asked to be left alone until later.
func (m *Monitor) Resting(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Before(m.rest[name])
}
