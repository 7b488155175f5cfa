package check_test

import (
	"time"

	"ringproof/internal/check"
	"ringproof/reports/record"
)

// later has an attempt start so many milliseconds after the caller's.
func later(a *record.Attempt, after int64) *record.Attempt {
	a.Start += after * ms
	return a
}

func routingRows() []row {
	const second = "the second target called within 6s (guard 1s + 5s)"
	const alone = "the second target called at once (sooner than the guard time of 1s), the first not at all"
	const busy = "486 for the caller, and no second target called"
	const left = "no second target called within 1s of the CANCEL"
	refuses := func(codes ...int) *record.Attempt { return leg("south", "7000", record.Rejected, codes...) }
	caller := leg("west", "7000", record.Rejected, 100, 500)
	e := func(first, called *record.Attempt) check.Evidence {
		return call(check.Evidence{Caller: caller, First: first, Called: called, Guard: time.Second, Asked: 3, Codes: []int{486}})
	}
	east := func(after int64) *record.Attempt { return later(leg("east", "7000", record.Pending), after) }
	givenUp := func(first, called *record.Attempt) check.Evidence {
		c := leg("west", "7000", record.Pending, 100)
		c.CancelAt = c.Start + 100*ms
		return call(check.Evidence{Caller: c, First: first, Called: called, Guard: time.Second})
	}
	rows := []row{
		{"route.refused", "the second is called", e(refuses(503), east(110)), record.Pass, "7000", "east called 10ms after south refused with 503", second},
		{"route.refused", "the second is called before", e(refuses(503), east(90)), record.Fail, "7000", "east called before south had refused: not instead of it, but beside it", second},
		{"route.refused", "the second is never called", e(refuses(503), nil), record.Fail, "7000", "south refused with 503, the second target was never called; the caller: 500 Server Internal Error after 200ms (100 500)", second},
		{"route.refused", "neither is called", e(nil, nil), record.Fail, "7000", "neither target was called; the caller: 500 Server Internal Error after 200ms (100 500)", second},
		{"route.refused", "the first was not tried", e(nil, east(1)), record.Unprovable, "7000", "east was called at once: the first target was not tried", second},
		{"route.closed", "the second is called", e(nil, east(1002)), record.Pass, "7000", "east called after 1.002s", second},
		{"route.closed", "the second is never called", e(nil, nil), record.Fail, "7000", "the second target was never called; the caller: 500 Server Internal Error after 200ms (100 500)", second},
		{"route.down", "the second alone is called", e(nil, east(12)), record.Pass, "7000", "east alone called, after 12ms", alone},
		{"route.down", "the second is called late", e(nil, east(1000)), record.Fail, "7000", "east alone called, after 1s", alone},
		{"route.down", "the first is called before", e(refuses(), east(1012)), record.Fail, "7000", "south was called although it had answered none of 3 OPTIONS, east only after 1.012s", alone},
		{"route.down", "the first alone is called", e(refuses(), nil), record.Fail, "7000", "south was called although it had answered none of 3 OPTIONS", alone},
		{"route.down", "neither is called", e(nil, nil), record.Fail, "7000", "neither target was called; the caller: 500 Server Internal Error after 200ms (100 500)", alone},
		{"route.given-up", "no other is called", givenUp(refuses(180), nil), record.Pass, "7000", "no second target called", left},
		{"route.given-up", "the second is called", givenUp(refuses(180), east(150)), record.Fail, "7000", "east was called 50ms after the caller had given up", left},
		{"route.given-up", "the second is called before", givenUp(refuses(180), east(50)), record.Unprovable, "7000", "east was called 50ms before the caller gave up", left},
		{"route.given-up", "the first is not called", givenUp(nil, nil), record.Fail, "7000", "the first target was not called; the caller: 100 Trying after 100ms", left},
		{"route.given-up", "it was refused before", e(refuses(180), nil), record.Unprovable, "7000", "no CANCEL was sent; the caller: 500 Server Internal Error after 200ms (100 500)", left},
		{"route.busy", "the caller is told another code", e(refuses(486), nil), record.Fail, "7000", "500 Server Internal Error after 200ms (100 500)", busy},
		{"route.busy", "the second is called", e(refuses(486), east(110)), record.Fail, "7000", "east was called after south was busy; the caller: 500 Server Internal Error after 200ms (100 500)", busy},
		{"route.busy", "the first is not called", e(nil, nil), record.Fail, "7000", "the first target was not called; the caller: 500 Server Internal Error after 200ms (100 500)", busy},
		{
			"route.busy", "the caller is told", call(check.Evidence{Caller: leg("west", "7000", record.Rejected, 486), First: refuses(486), Codes: []int{486}}),
			record.Pass, "7000", "486 Busy Here after 100ms", busy,
		},
		{
			"route.supervised", "often enough", call(check.Evidence{Asked: 3, Misses: 3, Every: time.Second}),
			record.Pass, "the first target", "3 OPTIONS came", "3 OPTIONS, one every 1s, within 5s",
		},
		{
			"route.supervised", "never", call(check.Evidence{Misses: 3, Every: time.Second}),
			record.Fail, "the first target", "0 OPTIONS came", "3 OPTIONS, one every 1s, within 5s",
		},
		{
			"route.exhausted", "the caller is told", call(check.Evidence{Caller: caller, Codes: []int{500, 503}, Guard: time.Second}),
			record.Pass, "west → 7000", "500 Server Internal Error after 200ms (100 500)", "500 or 503 within 6s",
		},
		{
			"route.exhausted", "the caller is told that it is busy", call(check.Evidence{Caller: leg("west", "7000", record.Rejected, 486), Codes: []int{500}, Guard: time.Second}),
			record.Fail, "west → 7000", "486 Busy Here after 100ms", "500 within 6s",
		},
		{
			"route.exhausted", "the caller waits on", call(check.Evidence{Caller: leg("west", "7000", record.Pending, 100), Codes: []int{500}, Guard: time.Second}),
			record.Fail, "west → 7000", "100 Trying after 100ms", "500 within 6s",
		},
	}
	return append(rows, refusedNumberRows()...)
}

func refusedNumberRows() []row {
	var rows []row
	const limit = "refused with 404, nobody called"
	for _, rule := range []string{"number.unallocated", "number.incomplete"} {
		e := func(caller, called *record.Attempt) check.Evidence {
			return call(check.Evidence{Caller: caller, Called: called, Codes: []int{404}})
		}
		rows = append(rows,
			row{rule, "refused", e(leg("west", "4000", record.Rejected, 404), nil), record.Pass, "west → 4000", "404 Not Found after 100ms", limit},
			row{rule, "refused with another code", e(leg("west", "4000", record.Rejected, 500), nil), record.Fail, "west → 4000", "500 Server Internal Error after 100ms", limit},
			row{rule, "refused, yet somebody was called", e(leg("west", "4000", record.Rejected, 404), leg("east", "4000", record.Rejected)), record.Fail, "west → 4000", "404 Not Found after 100ms, and a call for 4000 reached east", limit},
			row{rule, "no answer", e(leg("west", "4000", record.TimedOut), nil), record.Fail, "west → 4000", "no response", limit},
			row{rule, "it rings", e(leg("west", "4000", record.Pending, 180), nil), record.Fail, "west → 4000", "180 Ringing after 100ms", limit},
		)
	}
	hops := func(n int, a *record.Attempt) *record.Attempt {
		a.Hops = n
		return a
	}
	loop := func(hopsLeft, turns int, outcome record.Outcome, codes ...int) check.Evidence {
		return call(check.Evidence{Caller: hops(hopsLeft, leg("west", "8000", outcome, codes...)), Arrivals: turns, Codes: []int{483}})
	}
	const turns = "3 turns at most for Max-Forwards 6, then 483 for the caller"
	return append(rows,
		row{"loop.bounded", "it ends", loop(6, 3, record.Rejected, 483), record.Pass, "west → 8000", "3 turns; the caller: 483  after 100ms", turns},
		row{"loop.bounded", "it ends sooner", loop(6, 1, record.Rejected, 483), record.Pass, "west → 8000", "1 turns; the caller: 483  after 100ms", turns},
		row{"loop.bounded", "one turn too many", loop(6, 4, record.Rejected, 483), record.Fail, "west → 8000", "4 turns; the caller: 483  after 100ms", turns},
		row{"loop.bounded", "with another code", loop(6, 3, record.Rejected, 500), record.Fail, "west → 8000", "3 turns; the caller: 500 Server Internal Error after 100ms", turns},
		row{"loop.bounded", "the caller is not told", loop(6, 3, record.Pending, 100), record.Fail, "west → 8000", "3 turns; the caller: 100 Trying after 100ms", turns},
	)
}
