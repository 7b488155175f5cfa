package html

import "ringproof/reports/ladder"

// column is a party of a ladder, or the system under test.
type column struct {
	Name string
	Role string // "calls", "system", "is called"
}

func columns(l *ladder.Ladder) (out []column) {
	for i, name := range l.Columns {
		role := "system under test"
		switch {
		case i < l.System:
			role = "calling side"
		case i > l.System:
			role = "called side"
		}
		out = append(out, column{name, role})
	}
	return out
}

// fold is a stretch of a ladder with the geometry of its arrows.
type fold struct {
	Rows, Again []row
	Times       int
}

// row is a message with the geometry of its arrow, in columns.
type row struct {
	ladder.Row
	Left, Width int
	Kind        string // class: request, provisional, success, refusal
	ToRight     bool
}

func folds(l *ladder.Ladder) (out []fold) {
	for _, f := range l.Folded() {
		out = append(out, fold{rows(f.Rows), rows(f.Again), f.Times})
	}
	return out
}

func rows(list []ladder.Row) (out []row) {
	for _, r := range list {
		out = append(out, row{
			Row: r, Left: min(r.From, r.To), Width: max(r.From, r.To) - min(r.From, r.To),
			Kind: kind(r.Code), ToRight: r.To > r.From,
		})
	}
	return out
}

// Last is when the last of the repetitions came.
func (f fold) Last() string {
	if len(f.Again) == 0 {
		return ""
	}
	return clock(f.Again[len(f.Again)-1].At)
}

func kind(code int) string {
	switch {
	case code == 0:
		return "request"
	case code < 200, code == 401, code == 407: // a challenge is no failure
		return "provisional"
	case code < 300:
		return "success"
	}
	return "refusal"
}
