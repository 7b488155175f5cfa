// Package capture renders a scenario's messages as pcapng, for Wireshark. The
// packets are written anew from the record, secrets struck out.
package capture

import (
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"ringproof/reports/record"
)

// Render writes the messages of a scenario. One without two addresses of the
// same family, which no packet can have, is left out.
func Render(w io.Writer, run *record.Run, scenario int) error {
	out, err := pcapgo.NewNgWriter(w, layers.LinkTypeRaw)
	if err != nil {
		return err
	}
	seq := map[flow]uint32{}
	for _, m := range run.Messages {
		if m.Scenario != scenario {
			continue
		}
		b, err := packet(m, seq)
		if err != nil { // its addresses are none of a packet's; the others can be shown
			continue
		}
		at := run.Started.Add(time.Duration(m.At))
		ci := gopacket.CaptureInfo{Timestamp: at, CaptureLength: len(b), Length: len(b)}
		if err := out.WritePacket(ci, b); err != nil {
			return err
		}
	}
	return out.Flush()
}

// flow is one direction of a TCP connection, for its sequence numbers.
type flow struct{ from, to netip.AddrPort }

func packet(m record.Message, seq map[flow]uint32) ([]byte, error) {
	f := flow{m.Local, m.Remote}
	if !m.Sent {
		f = flow{m.Remote, m.Local}
	}
	if from, to := f.from.Addr(), f.to.Addr(); !from.IsValid() || from.Is4() != to.Is4() || !to.IsValid() {
		return nil, fmt.Errorf("from %s to %s", f.from, f.to)
	}
	proto := layers.IPProtocolUDP
	if m.Transport == "TCP" {
		proto = layers.IPProtocolTCP
	}
	var ip interface {
		gopacket.SerializableLayer
		gopacket.NetworkLayer
	} = &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: f.from.Addr().AsSlice(), DstIP: f.to.Addr().AsSlice()}
	if f.from.Addr().Is6() {
		ip = &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: f.from.Addr().AsSlice(), DstIP: f.to.Addr().AsSlice()}
	}
	buf := gopacket.NewSerializeBuffer()
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	var l4 gopacket.SerializableLayer
	if proto == layers.IPProtocolTCP {
		tcp := &layers.TCP{
			SrcPort: layers.TCPPort(f.from.Port()), DstPort: layers.TCPPort(f.to.Port()),
			Seq: seq[f] + 1, Ack: seq[flow{f.to, f.from}] + 1, PSH: true, ACK: true, Window: 65535,
		}
		seq[f] += uint32(len(m.Raw))
		if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
			return nil, err
		}
		l4 = tcp
	} else {
		udp := &layers.UDP{SrcPort: layers.UDPPort(f.from.Port()), DstPort: layers.UDPPort(f.to.Port())}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			return nil, err
		}
		l4 = udp
	}
	err := gopacket.SerializeLayers(buf, opts, ip, l4, gopacket.Payload(m.Raw))
	return buf.Bytes(), err
}
