package transaction_test

import (
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
)

func TestCancel(t *testing.T) {
	t.Run("is too early before a provisional response (RFC 3261 §9.1)", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			if err := b.request(sip.INVITE, far).Cancel(); err == nil {
				t.Error("got no error")
			}
			b.wantHeard("0s INVITE")
		})
	})
	for _, code := range []int{200, 486} {
		t.Run("is too late after a final one", func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				c := b.request(sip.INVITE, far)
				b.say(reply(b.received(0), 180))
				b.say(reply(b.received(0), code))
				if err := c.Cancel(); err == nil {
					t.Errorf("after %d: got no error", code)
				}
			})
		})
	}
	t.Run("is sent once", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.request(sip.INVITE, far)
			b.say(reply(b.received(0), 180))
			if err := c.Cancel(); err != nil {
				t.Fatal(err)
			}
			if err := c.Cancel(); err == nil {
				t.Error("the second time: got no error")
			}
			b.wantHeard("0s INVITE", "0s CANCEL")
		})
	})
	t.Run("is made from the INVITE", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.request(sip.INVITE, far)
			b.say(reply(b.received(0), 180))
			if err := c.Cancel(); err != nil {
				t.Fatal(err)
			}
			want := "CANCEL sip:bob@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK1\r\nRoute: <sip:192.0.2.2;lr>\r\n" +
				"From: \"Alice\" <sip:alice@192.0.2.1>;tag=a\r\nCall-ID: c@192.0.2.1\r\nCSeq: 7 CANCEL\r\nMax-Forwards: 70\r\n" +
				"Content-Length: 0\r\nTo: <sip:bob@192.0.2.2>\r\n\r\n"
			if got := b.received(1); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	})
	t.Run("has a transaction of its own, and the INVITE ends with its 487", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.request(sip.INVITE, far)
			b.say(reply(b.received(0), 180))
			if err := c.Cancel(); err != nil {
				t.Fatal(err)
			}
			b.at(600 * time.Millisecond)
			b.say(reply(b.received(1), 200))
			b.say(reply(b.received(0), 487))
			b.at(100 * time.Second)
			b.wantHeard("0s INVITE", "0s CANCEL", "500ms CANCEL", "600ms ACK")
			b.wantEvents("0s 180 INVITE", "600ms 200 CANCEL", "600ms 487 INVITE")
		})
	})
	t.Run("ends the INVITE after 32 s where no final response follows", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.request(sip.INVITE, far)
			b.say(reply(b.received(0), 180))
			b.at(10 * time.Second)
			if err := c.Cancel(); err != nil {
				t.Fatal(err)
			}
			b.say(reply(b.received(1), 200))
			b.at(200 * time.Second)
			b.wantEvents("0s 180 INVITE", "10s 200 CANCEL", "42s timeout 32s")
		})
	})
	t.Run("does not keep a 2xx that crosses it from going up", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			c := b.request(sip.INVITE, far)
			b.say(reply(b.received(0), 180))
			if err := c.Cancel(); err != nil {
				t.Fatal(err)
			}
			b.say(reply(b.received(0), 200))
			b.say(reply(b.received(1), 200))
			b.at(200 * time.Second)
			b.wantEvents("0s 180 INVITE", "0s 200 INVITE", "0s 200 CANCEL")
		})
	})
}

func TestACANCELThatComesIn(t *testing.T) {
	t.Run("goes to the inbox of the INVITE that it means", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			b.say(incoming("INVITE", "z9hG4bKb"))
			_ = b.respond(180)
			b.say(incoming("CANCEL", "z9hG4bKb"))
			e := b.event()
			if e.Cancels == nil || e.Server == nil || e.Cancels.Request().Method != sip.INVITE {
				t.Fatalf("got %+v, want an event that cancels the INVITE", e)
			}
			if err := e.Server.Respond(wire.NewResponse(e.Server.Request(), 200, "OK", "user")); err != nil {
				t.Error(err)
			}
			_ = b.respond(487)
			b.say(incoming("CANCEL", "z9hG4bKb"))
			b.say(incoming("ACK", "z9hG4bKb"))
			b.at(100 * time.Second)
			b.wantHeard("0s 180 INVITE", "0s 200 CANCEL", "0s 487 INVITE", "0s 200 CANCEL")
			b.wantEvents("0s INVITE", "0s CANCEL")
			b.wantAsked("0s INVITE")
		})
	})
	strangers := map[string]string{
		"another branch":  incoming("CANCEL", "z9hG4bKc"),
		"another sent-by": strings.Replace(incoming("CANCEL", "z9hG4bKb"), "UDP 192.0.2.2;", "UDP 192.0.2.2:5061;", 1),
	}
	strangers["another sent-by"] = strings.Replace(strangers["another sent-by"], ":5061;", ":5061;rport;", 1)
	for name, cancel := range strangers {
		t.Run("with "+name+" than any INVITE's is answered 481 (RFC 3261 §9.2)", func(t *testing.T) {
			virtual(t, transaction.Timers{}, nil, func(b *bench) {
				b.say(incoming("INVITE", "z9hG4bKb"))
				b.say(cancel)
				b.say(cancel)
				b.wantHeard("0s 481 CANCEL", "0s 481 CANCEL")
				b.wantEvents("0s INVITE")
			})
		})
	}
	t.Run("after the INVITE was refused has no effect and is answered 200 with the same tag (§9.2)", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			b.say(incoming("INVITE", "z9hG4bKb"))
			_ = b.respond(486)
			b.say(incoming("CANCEL", "z9hG4bKb"))
			b.say(incoming("ACK", "z9hG4bKb"))
			b.wantHeard("0s 486 INVITE", "0s 200 CANCEL")
			b.wantEvents("0s INVITE")
			if got := header(b.received(1), "To"); got != "<sip:alice@192.0.2.1>;tag=user" {
				t.Errorf("To: got %s, want the tag of the 486", got)
			}
		})
	})
	t.Run("after the INVITE was accepted is its user's business", func(t *testing.T) {
		virtual(t, transaction.Timers{}, nil, func(b *bench) {
			b.say(incoming("INVITE", "z9hG4bKb"))
			_ = b.respond(200)
			b.say(incoming("CANCEL", "z9hG4bKb"))
			b.wantEvents("0s INVITE", "0s CANCEL")
		})
	})
}
