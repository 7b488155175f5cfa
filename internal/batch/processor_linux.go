package batch

import (
	"runtime"
	"sync"
)

// Waiting in a socket is not told to Go's scheduler: at thousands of waits a
// second its monitor, which would take the processor (P) away in each and give
// it back, costs a third of what an engine does. The price is that an engine
// keeps its processor while it waits; so each socket brings one, and takes it
// away with it.
var processors sync.Mutex

// another has Go use one processor more, until the func that it returns is
// called.
func another() (back func()) {
	change := func(by int) {
		processors.Lock()
		defer processors.Unlock()
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + by)
	}
	change(1)
	return sync.OnceFunc(func() { change(-1) })
}
