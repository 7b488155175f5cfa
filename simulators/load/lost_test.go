package load_test

import (
	"bufio"
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/internal/memnet"
	"ringproof/simulators/load"
)

// A response comes over the connection on which its request went: the end of
// another one is not its end, and the end of that one is.
func TestALostConnectionEndsWhatWaitedOnIt(t *testing.T) {
	for name, x := range map[string]struct {
		byes, invites    bool // the connection on which they come is closed
		completed, ended uint64
	}{
		"neither":        {false, false, 10, 0},
		"of the INVITEs": {false, true, 10, 0},
		"of the BYEs":    {true, false, 0, 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := memnet.New()
			to, proxy := netip.MustParseAddrPort("127.0.0.1:5070"), netip.MustParseAddrPort("127.0.0.2:5070")
			hungUp := make(chan struct{}, 100)
			stub(t, n, to, func(c net.Conn, _ int) {
				go func() {
					r := bufio.NewReader(c)
					for {
						lines, err := request(r)
						if err != nil {
							return
						}
						if strings.HasPrefix(lines[0], "INVITE") {
							text := strings.Replace(ok(lines), "\r\n", "\r\nRecord-Route: <sip:127.0.0.2:5070;transport=tcp;lr>\r\n", 1)
							_, _ = c.Write([]byte(text))
						}
					}
				}()
				<-hungUp // the calls are over there, and BYEs wait
				if x.invites {
					c.Close()
				}
			})
			stub(t, n, proxy, func(c net.Conn, _ int) {
				defer c.Close()
				r := bufio.NewReader(c)
				for {
					lines, err := request(r)
					if err != nil {
						return
					}
					if !strings.HasPrefix(lines[0], "BYE") {
						continue
					}
					hungUp <- struct{}{}
					<-time.After(100 * time.Millisecond)
					if x.byes {
						return
					}
					_, _ = c.Write([]byte(ok(lines)))
				}
			})
			cfg := config(to, 1000, 10)
			cfg.Transport, cfg.Network, cfg.Limit, cfg.Hold = "tcp", n, 100, load.Fixed(2*time.Second)
			res, err := load.Call(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			failed := uint64(0)
			for _, s := range res.Seconds {
				failed += uint64(s.Failed)
			}
			if r := res.Report(); r.Answered != 10 || r.Completed != x.completed || r.Disconnected != x.ended || r.Failed() != x.ended || failed != x.ended || r.ByeTimedOut != 0 || r.Repeated != 0 {
				t.Errorf("%s: %d answered, %d completed, %d lost with their connection, %d failed, %d by the second, %d BYEs timed out, %d repeated", name, r.Answered, r.Completed, r.Disconnected, r.Failed(), failed, r.ByeTimedOut, r.Repeated)
			}
		})
	}
}

// What had ended with its connection was not left over when the run ended.
func TestWhatIsLostIsNotCutToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := memnet.New()
		to := netip.MustParseAddrPort("127.0.0.1:5070")
		stub(t, n, to, func(c net.Conn, nth int) {
			r := bufio.NewReader(c)
			for i := 0; nth > 1 || i < 5; i++ {
				if _, err := request(r); err != nil {
					return
				}
			}
			c.Close()
		})
		cfg := config(to, 10, 1000)
		cfg.Transport, cfg.Network, cfg.Limit = "tcp", n, 100
		ctx, stop := context.WithTimeout(t.Context(), 950*time.Millisecond)
		defer stop()
		res, err := load.Call(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		failed := uint64(0)
		for _, s := range res.Seconds {
			failed += uint64(s.Failed)
		}
		if r := res.Report(); r.Disconnected != 5 || r.Cut != r.Attempts-5 || r.Failed() != r.Attempts || failed != r.Attempts {
			t.Errorf("of %d calls %d were lost and %d left; %d failed, %d by the second", r.Attempts, r.Disconnected, r.Cut, r.Failed(), failed)
		}
	})
}
