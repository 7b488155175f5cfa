package network

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
)

// reportICMP makes ICMP errors surface on a socket that is not connected
// (ip(7), IP_RECVERR).
func reportICMP(fd uintptr) {
	// Without the option the socket still works, only less tellingly.
	_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_RECVERR, 1)
}

// drained is how many queued errors are taken at a time: the queue shares its
// room with what is received, and must not fill.
const drained = 64

// drainICMP empties the socket's error queue and gives where the packets were
// sent to that met a closed port.
func drainICMP(c net.PacketConn) (closed []netip.AddrPort) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	var buf, oob [512]byte
	_ = raw.Control(func(fd uintptr) { // an error means closed: nothing left to drain
		for range drained {
			_, n, _, to, err := syscall.Recvmsg(int(fd), buf[:], oob[:], syscall.MSG_ERRQUEUE|syscall.MSG_DONTWAIT)
			if err != nil {
				return
			}
			if at, ok := to.(*syscall.SockaddrInet4); ok && refusedIn(oob[:n]) {
				closed = append(closed, netip.AddrPortFrom(netip.AddrFrom4(at.Addr), uint16(at.Port)))
			}
		}
	})
	return closed
}

// refusedIn tells whether an extended error says that the port is closed: its
// first field is the error's number (ip(7), struct sock_extended_err).
func refusedIn(oob []byte) bool {
	all, err := syscall.ParseSocketControlMessage(oob)
	if err != nil {
		return false
	}
	for _, m := range all {
		if m.Header.Level == syscall.IPPROTO_IP && m.Header.Type == syscall.IP_RECVERR && len(m.Data) >= 4 {
			return syscall.Errno(binary.NativeEndian.Uint32(m.Data)) == syscall.ECONNREFUSED
		}
	}
	return false
}
