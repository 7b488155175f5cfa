package load

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

// peerBye writes the BYE of the called side, from an ACK or BYE of the caller.
func peerBye(text string, change ...string) string {
	from, to := strings.TrimPrefix(lineOf(text, "To"), "To: "), strings.TrimPrefix(lineOf(text, "From"), "From: ")
	r := strings.NewReplacer(change...)
	return "BYE sip:1000@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKz\r\nFrom: " + r.Replace(from) +
		"\r\nTo: " + r.Replace(to) + "\r\n" + lineOf(text, "Call-ID") + "\r\nCSeq: 7 BYE\r\n\r\n"
}

func TestByeMustBeOfTheDialog(t *testing.T) {
	const alone = "Attempts 1, Answered 1, Completed 1, Silent 1, "
	for name, x := range map[string]struct {
		change []string
		want   string
		reply  string
	}{
		"with both tags":               {nil, alone + "ByPeer 1, 200: 1", "200"},
		"in capitals":                  {[]string{"tag=callee", "TAG=CALLEE"}, alone + "ByPeer 1, 200: 1", "200"},
		"with another From tag":        {[]string{"tag=callee", "tag=calleenope"}, alone + "Misled 1, 200: 1", "481"},
		"with none":                    {[]string{";tag=callee", ""}, alone + "Misled 1, 200: 1", "481"},
		"with another To tag":          {[]string{";tag=0", ";tag=f"}, alone + "Misled 1, 200: 1", "481"},
		"without a To tag":             {[]string{";tag=0", ";x=0"}, alone + "Misled 1, 200: 1", "481"},
		"with the tags changed places": {[]string{";tag=0", ";tag=callee", ";tag=callee", ";tag=0"}, alone + "Misled 1, 200: 1", "481"},
	} {
		c, f := place(t, one(), time.Second, func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			case strings.HasPrefix(text, "ACK"):
				f.deliver(500*time.Millisecond, peerBye(text, x.change...))
			case strings.HasPrefix(text, "BYE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			}
		})
		if got := counts(c); got != x.want || len(times(f.sent, x.reply)) != 1 {
			t.Errorf("%s: got %s, sent %v; want %s and a %s", name, got, f.sent, x.want, x.reply)
		}
	}
}

// Of two phones that answered, each can hang up for itself alone.
func TestByeOfASecondPhoneEndsItsDialogAlone(t *testing.T) {
	for name, x := range map[string]struct {
		after time.Duration // its BYE, after the ACK to it
		byes  int           // of the caller to it
		want  string
	}{
		"before it was released": {time.Millisecond, 1, ""},
		"when that has come":     {600 * time.Millisecond, 2, "Retransmitted 1, Repeated 1, "},
	} {
		byes := 0
		c, f := place(t, one(), 2*time.Second, func(f *fake, _ netip.AddrPort, text string) {
			switch {
			case strings.HasPrefix(text, "INVITE"):
				for i, d := range []time.Duration{1, 10} {
					f.deliver(d*time.Millisecond, strings.ReplaceAll(respond(t, text, "200 OK"), "callee", []string{"phone0", "phone1"}[i]))
				}
			case strings.HasPrefix(text, "ACK sip:phone1@"):
				f.deliver(x.after, peerBye(text))
			case strings.HasPrefix(text, "BYE sip:phone1@"):
				if byes++; byes == 2 { // the first was lost
					f.deliver(time.Millisecond, respond(t, text, "200 OK"))
				}
			case strings.HasPrefix(text, "BYE"):
				f.deliver(time.Millisecond, respond(t, text, "200 OK"))
			}
		})
		want := "Attempts 1, Answered 1, Completed 1, Silent 1, Forked 1, " + x.want + "200: 1"
		if got := counts(c); got != want || byes != x.byes || len(times(f.sent, "200")) != 1 {
			t.Errorf("%s: got %s with %d BYEs to it, want %s with %d; sent %v", name, got, byes, want, x.byes, f.sent)
		}
		if at := times(f.sent, "BYE"); at[len(at)-1] < "2" {
			t.Errorf("%s: the call ended with it: %v", name, f.sent)
		}
	}
}
