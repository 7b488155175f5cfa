//go:build !linux

package network

import (
	"net"
	"net/netip"
)

// reportICMP has nothing to set elsewhere: a closed port then shows as silence.
func reportICMP(uintptr) {}

func drainICMP(net.PacketConn) []netip.AddrPort { return nil }
