package capture_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"ringproof/internal/outsider"
	"ringproof/reports/capture"
	"ringproof/reports/record"
)

func load(t *testing.T) *record.Run {
	t.Helper()
	run, err := record.Read(filepath.Join("..", "testdata", "run"))
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func render(t *testing.T, run *record.Run, scenario int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := capture.Render(&b, run, scenario); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func of(run *record.Run, scenario int) (out []record.Message) {
	for _, m := range run.Messages {
		if m.Scenario == scenario {
			out = append(out, m)
		}
	}
	return out
}

func TestEveryMessageIsOnePacket(t *testing.T) {
	run := load(t)
	for _, scenario := range []int{0, 1, 2} {
		want := of(run, scenario)
		r, err := pcapgo.NewNgReader(bytes.NewReader(render(t, run, scenario)), pcapgo.DefaultNgReaderOptions)
		if len(want) == 0 && errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range want {
			data, ci, err := r.ReadPacketData()
			if err != nil {
				t.Fatalf("scenario %d: packet %d of %d: %v", scenario, i+1, len(want), err)
			}
			if at := run.Started.Add(time.Duration(m.At)); !ci.Timestamp.Equal(at) {
				t.Errorf("scenario %d, packet %d: at %s, want %s", scenario, i+1, ci.Timestamp, at)
			}
			same(t, data, m)
		}
		if _, _, err := r.ReadPacketData(); !errors.Is(err, io.EOF) {
			t.Errorf("scenario %d: more packets than messages: %v", scenario, err)
		}
	}
}

// same compares a packet with the message that it was made of.
func same(t *testing.T, data []byte, m record.Message) {
	t.Helper()
	first := gopacket.Decoder(layers.LayerTypeIPv4)
	if data[0]>>4 == 6 {
		first = layers.LayerTypeIPv6
	}
	p := gopacket.NewPacket(data, first, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		t.Fatalf("%s at %d: %v", m.Party, m.At, e.Error())
	}
	from, to := m.Local, m.Remote
	if !m.Sent {
		from, to = to, from
	}
	ip, l4 := p.NetworkLayer().NetworkFlow(), p.TransportLayer()
	if ip.Src().String() != from.Addr().String() || ip.Dst().String() != to.Addr().String() {
		t.Errorf("%s at %d: got %s, want %s to %s", m.Party, m.At, ip, from, to)
	}
	kind := layers.LayerTypeUDP
	if m.Transport == "TCP" {
		kind = layers.LayerTypeTCP
	}
	if l4.LayerType() != kind {
		t.Errorf("%s at %d: got %s, want %s", m.Party, m.At, l4.LayerType(), kind)
	}
	switch l4 := l4.(type) {
	case *layers.UDP:
		if uint16(l4.SrcPort) != from.Port() || uint16(l4.DstPort) != to.Port() {
			t.Errorf("%s at %d: got ports %d to %d, want %s to %s", m.Party, m.At, l4.SrcPort, l4.DstPort, from, to)
		}
	case *layers.TCP:
		if uint16(l4.SrcPort) != from.Port() || uint16(l4.DstPort) != to.Port() {
			t.Errorf("%s at %d: got ports %d to %d, want %s to %s", m.Party, m.At, l4.SrcPort, l4.DstPort, from, to)
		}
	}
	if got := string(l4.LayerPayload()); got != m.Raw {
		t.Errorf("%s at %d: got\n%s\nwant\n%s", m.Party, m.At, got, m.Raw)
	}
}

// The bytes of a TCP connection follow one another, or Wireshark takes them
// for retransmissions or for a gap.
func TestTCPSequenceNumbersFollow(t *testing.T) {
	run := load(t)
	r, err := pcapgo.NewNgReader(bytes.NewReader(render(t, run, 2)), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	next := map[layers.TCPPort]uint32{}
	for {
		data, _, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		tcp, ok := gopacket.NewPacket(data, layers.LayerTypeIPv4, gopacket.Default).TransportLayer().(*layers.TCP)
		if !ok {
			continue
		}
		if want, known := next[tcp.SrcPort]; known && tcp.Seq != want {
			t.Errorf("port %d: sequence number %d, want %d", tcp.SrcPort, tcp.Seq, want)
		}
		if want, known := next[tcp.DstPort]; known && tcp.Ack != want {
			t.Errorf("port %d acknowledges %d, want %d", tcp.SrcPort, tcp.Ack, want)
		}
		next[tcp.SrcPort] = tcp.Seq + uint32(len(tcp.Payload))
	}
	if len(next) != 2 {
		t.Errorf("saw TCP ports %v, want both ends", next)
	}
}

func TestWiresharkReadsIt(t *testing.T) {
	tshark := outsider.Need(t, "tshark")
	run := load(t)
	for _, c := range []struct {
		name     string
		scenario int
		want     string
	}{
		{"UDP", 0, "INVITE INVITE 100 INVITE 180 180 200 BYE 481"},
		{"TCP and IPv6", 2, "REGISTER 200 OPTIONS REGISTER"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "capture.pcapng")
			if err := os.WriteFile(path, render(t, run, c.scenario), 0o600); err != nil {
				t.Fatal(err)
			}
			// Checksums are checked too: a wrong one is an expert's warning.
			cmd := exec.Command(tshark, "-r", path, "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
				"-T", "fields", "-e", "sip.Method", "-e", "sip.Status-Code", "-e", "_ws.malformed", "-e", "udp.checksum.status", "-e", "tcp.checksum.status", "-E", "separator=/t")
			var errs strings.Builder
			cmd.Stderr = &errs
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v: %s", err, errs.String())
			}
			var got []string
			for line := range strings.Lines(string(out)) {
				f := strings.Split(strings.TrimRight(line, "\n"), "\t")
				if len(f) != 5 || f[2] != "" {
					t.Fatalf("got %q", line)
				}
				got = append(got, f[0]+f[1])
				for _, status := range f[3:] {
					if status != "" && status != "1" && status != "Good" {
						t.Errorf("packet %d: checksum status %s", len(got), status)
					}
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("tshark sees %q, want %q", s, c.want)
			}
		})
	}
}

func TestMessageWithoutAddressesLosesNoOther(t *testing.T) {
	run := load(t)
	whole := render(t, run, 0)
	run.Messages = append([]record.Message{{Scenario: 0, Transport: "UDP", Raw: "OPTIONS"}}, run.Messages...)
	if got := render(t, run, 0); !bytes.Equal(got, whole) {
		t.Errorf("got %d bytes, want the %d of the others", len(got), len(whole))
	}
}
