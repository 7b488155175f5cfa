package bundled

import (
	"context"
	"slices"
	"sync"

	"ringproof/refswitch/defect"
	"ringproof/reports/record"
	"ringproof/steps"
)

// Row says what the suite made of a switch with one defect.
type Row struct {
	Defect   defect.Defect
	CaughtBy []string // ids of the failed scenarios, each once
	Causes   []string // named for them, each once
	Err      error    // where the suite could not be run
}

// AsExpected tells whether the defect's own scenario alone caught it, with
// its cause.
func (r Row) AsExpected() bool {
	return r.Err == nil && slices.Equal(r.CaughtBy, []string{r.Defect.Scenario}) && slices.Equal(r.Causes, []string{r.Defect.Cause})
}

// Matrix runs the suite against the switch with each defect, side by side, on
// networks that open gives; nil means the kernel's.
func Matrix(ctx context.Context, open func() steps.Network) []Row {
	all := defect.Catalogue()
	rows := make([]Row, len(all))
	var w sync.WaitGroup
	for i, d := range all {
		w.Go(func() { rows[i] = try(ctx, d, open) })
	}
	w.Wait()
	return rows
}

func try(ctx context.Context, d defect.Defect, open func() steps.Network) Row {
	row := Row{Defect: d}
	t, err := New(Config{Defect: d.Name})
	if err != nil {
		row.Err = err
		return row
	}
	s := steps.Suite{Target: t}
	if open != nil {
		s.Network = open()
	}
	h, err := steps.New(s)
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
		if s.Status == record.Failed {
			row.CaughtBy = add(row.CaughtBy, s.ID)
		}
	}
	for _, f := range run.Findings {
		row.Causes = add(row.Causes, string(f.Cause))
	}
	return row
}

func add(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
