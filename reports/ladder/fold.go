package ladder

// Fold is a stretch of a ladder: rows that stand there once, or a turn of rows
// that came several times on end.
type Fold struct {
	Rows  []Row // the first turn
	Again []Row // all turns after it
	Times int   // turns in all; 1 for rows that were not repeated
}

const (
	longestTurn = 4 // rows
	// fewestTurns is from when on new messages are folded: two alike may be
	// two calls. Of retransmissions, two are enough.
	fewestTurns = 3
)

// Folded folds what repeats itself: retransmissions, and turns of messages
// that look alike, as in a loop or with keep-alives. No row is lost.
func (l *Ladder) Folded() []Fold {
	var out []Fold
	for i := 0; i < len(l.Rows); {
		length, times := turns(l.Rows[i:])
		out = append(out, Fold{Rows: l.Rows[i : i+length], Again: l.Rows[i+length : i+length*times], Times: times})
		i += length * times
	}
	return out
}

// turns finds the turn that rows begin with: the one that covers most rows,
// and of these the shortest. A row that does not repeat is a turn of its own.
func turns(rows []Row) (length, times int) {
	length, times = 1, 1
	for n := 1; n <= min(longestTurn, len(rows)/2); n++ {
		t := 1
		for (t+1)*n <= len(rows) && alike(rows[:n], rows[t*n:(t+1)*n]) {
			t++
		}
		if (t >= fewestTurns || t == 2 && again(rows[:n])) && n*t > length*times {
			length, times = n, t
		}
	}
	return length, times
}

func alike(a, b []Row) bool {
	for i := range a {
		x, y := a[i], b[i]
		if x.From != y.From || x.To != y.To || x.Label != y.Label || x.Again != y.Again {
			return false
		}
	}
	return true
}

func again(rows []Row) bool {
	for _, r := range rows {
		if !r.Again {
			return false
		}
	}
	return true
}
