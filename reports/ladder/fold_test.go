package ladder_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ringproof/reports/ladder"
)

// rows reads "a b b* ": one row a word, * for a retransmission.
func rows(words string) (out []ladder.Row) {
	for _, w := range strings.Fields(words) {
		label, again := strings.CutSuffix(w, "*")
		out = append(out, ladder.Row{Label: label, Again: again})
	}
	return out
}

func TestFolded(t *testing.T) {
	for _, c := range []struct{ name, rows, want string }{
		{"a call repeats nothing", "invite 100 180 200 ack bye ok", "invite|100|180|200|ack|bye|ok"},
		{"two alike may be two calls", "invite invite 200 200", "invite|invite|200|200"},
		{"three alike are folded", "a invite invite invite b", "a|3×invite|b"},
		{"the first copy stands alone, its retransmissions together", "invite invite* invite* invite* 200", "invite|3×invite*|200"},
		{"one retransmission stands", "invite invite* 200", "invite|invite*|200"},
		{"retransmissions on both legs take turns", "a b a* b* a* b* a* b* 408", "a|b|3×a*,b*|408"},
		{"a loop of two", "x a b a b a b y", "x|3×a,b|y"},
		{"a turn that is cut off", "a b c a b c a b c a", "3×a,b,c|a"},
		{"a shorter turn is preferred", "a a a a a a", "6×a"},
		{"five are no turn", strings.Repeat("a b c d e ", 3), strings.TrimSuffix(strings.Repeat("a|b|c|d|e|", 3), "|")},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := &ladder.Ladder{Rows: rows(c.rows)}
			var got []string
			var all []ladder.Row
			for _, f := range l.Folded() {
				all = append(append(all, f.Rows...), f.Again...)
				var words []string
				for _, r := range f.Rows {
					if r.Again {
						r.Label += "*"
					}
					words = append(words, r.Label)
				}
				text := strings.Join(words, ",")
				if f.Times > 1 {
					text = fmt.Sprintf("%d×%s", f.Times, text)
				}
				got = append(got, text)
				if len(f.Again) != len(f.Rows)*(f.Times-1) {
					t.Errorf("%s: %d rows again", text, len(f.Again))
				}
			}
			if got := strings.Join(got, "|"); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if !slices.Equal(all, l.Rows) {
				t.Errorf("got rows %v, want %v", all, l.Rows)
			}
		})
	}
}
