package stage_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/internal/site"
	"ringproof/internal/stage"
	"ringproof/internal/wire"
	"ringproof/reports/record"
)

func TestNumberThatIsForbiddenIsNeverDialled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := site.Demo()
		if err != nil {
			t.Fatal(err)
		}
		j, err := record.NewJournal("", record.Run{Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		st, err := stage.Open(stage.Config{Site: s, Network: memnet.New(), Journal: j, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close(t.Context())
		st.Face(stage.System{Hop: wire.Hop{Transport: wire.UDP, Addr: netip.MustParseAddrPort("127.0.0.1:5060")}, Domain: ""})
		caller, err := st.Cast().Trunk(0)
		if err != nil {
			t.Fatal(err)
		}
		for _, number := range []string{"110", "9110000"} {
			if _, err := caller.Dial(t.Context(), number); err == nil || !strings.Contains(err.Error(), "never_dial forbids") {
				t.Errorf("%s: got %v, want that it is forbidden", number, err)
			}
		}
		if sent := j.Snapshot().Messages; len(sent) > 0 {
			t.Errorf("%d messages were sent, the first: %s", len(sent), sent[0].Raw)
		}
	})
}
