package bundled

import (
	"context"
	"iter"
	"slices"
	"sync"

	"ringproof/internal/memnet"
	"ringproof/refswitch/defect"
	"ringproof/reports/record"
	"ringproof/steps"
)

// Row says what the suite made of a switch with one defect.
type Row struct {
	Defect   defect.Defect
	CaughtBy []string // ids of the failed scenarios in the suite's order, each once
	Check    string   // the rule that failed first
	Causes   []string // named for them, the first one's first, each once
	Ran      int      // scenarios that were run
	Err      error    // where the suite could not be run
}

// AsExpected tells whether the defect's own scenario caught it, alone or
// before any other, at the rule and with the cause of the catalogue.
func (r Row) AsExpected() bool {
	return r.Err == nil && len(r.CaughtBy) > 0 && r.CaughtBy[0] == r.Defect.Scenario &&
		r.Check == r.Defect.Check && r.Causes[0] == r.Defect.Cause
}

// Alone tells whether one scenario caught it and no other.
func (r Row) Alone() bool { return len(r.CaughtBy) == 1 }

// atOnce is how many suites run side by side: more than a small machine can
// carry in real time would find faults of its own.
const atOnce = 12

// Matrix runs the suite against the switch with each of the defects, each on a
// network in memory, and gives the rows in their order as they come. Inside a
// bubble of testing/synctest that takes no longer than it takes to compute.
func Matrix(ctx context.Context, defects ...defect.Defect) iter.Seq[Row] {
	return func(yield func(Row) bool) {
		ctx, cancel := context.WithCancel(ctx)
		rows := make([]chan Row, len(defects))
		var w sync.WaitGroup
		defer w.Wait()
		defer cancel()
		room := make(chan struct{}, atOnce)
		for i, d := range defects {
			rows[i] = make(chan Row, 1)
			w.Go(func() {
				room <- struct{}{}
				defer func() { <-room }()
				rows[i] <- try(ctx, d)
			})
		}
		for _, r := range rows {
			if !yield(<-r) {
				return
			}
		}
	}
}

func try(ctx context.Context, d defect.Defect) Row {
	row := Row{Defect: d}
	t, err := New(Config{Defect: d.Name})
	if err != nil {
		row.Err = err
		return row
	}
	h, err := steps.New(steps.Suite{Target: t, Network: memnet.New().WithICMP(), Seed: 1, Long: d.Long})
	if err != nil {
		row.Err = err
		return row
	}
	run, err := h.Run(ctx)
	if err != nil {
		row.Err = err
		return row
	}
	for _, s := range run.Scenarios {
		if s.Status != record.NotRun {
			row.Ran++
		}
		if s.Status == record.Failed {
			row.CaughtBy = add(row.CaughtBy, s.ID)
		}
	}
	for _, f := range run.Findings {
		row.Causes = add(row.Causes, string(f.Cause))
		if row.Check == "" {
			row.Check = f.Check
		}
	}
	return row
}

func add(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
