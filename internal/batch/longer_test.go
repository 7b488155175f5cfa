package batch_test

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	"ringproof/internal/batch"
)

// longer sends a datagram that is longer than Room.
func longer(t *testing.T, to netip.AddrPort) {
	t.Helper()
	c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(bytes.Repeat([]byte("z"), batch.Room+1)); err != nil {
		t.Fatal(err)
	}
}
