package stage_test

import (
	"fmt"
	"net"
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

// A port that was closed in a scenario is open in the next one, which neither
// begins before the system knows that, nor is held to what comes late.
func TestPortThatWasClosedIsFoundAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := site.Demo()
		if err != nil {
			t.Fatal(err)
		}
		j, err := record.NewJournal("", record.Run{Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		network := memnet.New()
		st, err := stage.Open(stage.Config{Site: s, Network: network, Journal: j, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close(t.Context())
		system := netip.MustParseAddrPort("127.0.0.1:5060")
		st.Face(stage.System{Hop: wire.Hop{Transport: wire.UDP, Addr: system}, Domain: ""})
		socket, err := network.ListenPacket(system)
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()

		cast := st.Cast()
		a, err := cast.Alternatives(func(_ site.Route, first site.Trunk) bool { return first.Supervised() }, "none")
		if err != nil {
			t.Fatal(err)
		}
		trunk, _ := s.Trunk(strings.TrimPrefix(a.First.Name, "trunk "))
		to := net.UDPAddrFromAddrPort(st.Trunks()[trunk.Name])
		cast.ClosePort(t.Context(), a.First)
		cast.Close(t.Context(), time.Second)

		go func() {
			_, _ = socket.WriteTo([]byte(request("INVITE", a.First.Number, "late")), to)
			for i := range 2 {
				<-time.After(trunk.Options)
				_, _ = socket.WriteTo([]byte(request("OPTIONS", "", fmt.Sprint("asked", i))), to)
			}
		}()
		start := time.Now()
		cast.Rediscovered(t.Context())
		if got, want := time.Since(start), 2*trunk.Options; got < want || got >= s.Thresholds.Answer {
			t.Errorf("went on after %s, want as soon as it was asked twice, after %s", got, want)
		}
		if call := st.Cast().Elsewhere(); call != nil {
			t.Errorf("a call to %s that came late is counted", call.Fact().To)
		}
	})
}

func request(method, user, id string) string {
	uri := "sip:" + user + "@127.0.0.2"
	if user == "" {
		uri = "sip:127.0.0.2"
	}
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK%s\r\nMax-Forwards: 70\r\n"+
		"From: <sip:127.0.0.1>;tag=1\r\nTo: <%s>\r\nCall-ID: %s\r\nCSeq: 1 %s\r\nContact: <sip:127.0.0.1>\r\nContent-Length: 0\r\n\r\n",
		method, uri, id, uri, id, method)
}
