package refswitch_test

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/tools/txtar"

	"ringproof/internal/network"
	"ringproof/internal/script"
)

// first is where the route of 7 leads before it leads to the called side.
var first = netip.MustParseAddrPort("192.0.2.14:5060")

// sections reads an archive as a list of names and texts.
func sections(t *testing.T, file string) (comment string, names []string, texts map[string]string) {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	texts = map[string]string{}
	for _, f := range a.Files {
		names = append(names, f.Name)
		texts[f.Name] = string(f.Data)
	}
	return string(a.Comment), names, texts
}

// step makes a script of one section: "caller recv 200 CANCEL" has the kind
// 200, and its text from the messages.
func step(name, text string) (who string, s *script.Script, err error) {
	words := strings.Fields(name)
	marker := "send"
	if words[1] == "recv" {
		marker = "recv " + words[2]
	}
	s, err = script.Parse(name, []byte("-- "+marker+" --\n"+text))
	return words[0], s, err
}

// The races of RFC 3261 §9 and §15, message by message: each is taken by its
// party before the next is sent, so that the order is that of the file.
func TestTheSwitchWinsRaces(t *testing.T) {
	files, err := filepath.Glob("testdata/races/*-*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	_, _, messages := sections(t, "testdata/races/messages.txtar")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txtar")
		t.Run(name, func(t *testing.T) {
			comment, names, _ := sections(t, file)
			_, number, _ := strings.Cut(comment, "number: ")
			synctest.Test(t, func(t *testing.T) { race(t, strings.TrimSpace(number), names, messages) })
		})
	}
}

func race(t *testing.T, number string, names []string, messages map[string]string) {
	x := open(t)
	conns := map[string]net.PacketConn{}
	peers := map[string]*script.Peer{}
	for who, at := range map[string]netip.AddrPort{"caller": caller, "called": called, "first": first} {
		c, err := x.net.ListenPacket(at)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		conns[who], peers[who] = c, script.NewPeer(c, itself)
		peers[who].Set("number", number)
	}
	start := time.Now()
	for _, name := range names {
		text, ok := messages[name]
		if !ok { // the first target says what the called one says
			text, ok = messages[strings.Replace(name, "first", "called", 1)]
		}
		who, s, err := step(name, text)
		if err != nil || !ok {
			t.Fatalf("%s: no such message, %v", name, err)
		}
		if err := peers[who].Play(x.ctx, s); err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // it is taken before the next is sent
		if name == "caller recv 100" && time.Since(start) > 200*time.Millisecond {
			t.Errorf("100 after %v (RFC 3261 §17.2.1: 200 ms)", time.Since(start))
		}
	}
	// Every timer of the transactions has run out: nothing may follow.
	<-time.After(2 * time.Minute)
	synctest.Wait()
	for who, c := range conns {
		for _, m := range rest(c) {
			if !strings.HasPrefix(m, "INVITE") { // repeated to a silent target
				t.Errorf("%s got more:\n%s", who, m)
			}
		}
	}
	if n := x.net.Sockets(); n != len(conns)+1 {
		t.Errorf("%d sockets are open, want those of the parties and the switch's own: %d", n, len(conns)+1)
	}
}

// rest gives what lies unread in a socket.
func rest(c net.PacketConn) (all []string) {
	buf := make([]byte, 65535)
	for {
		_ = c.SetReadDeadline(time.Now().Add(time.Millisecond))
		n, from, err := network.ReadFrom(c, buf)
		if err != nil {
			return all
		}
		all = append(all, fmt.Sprintf("%.200s (from %s)", buf[:n], from))
	}
}
