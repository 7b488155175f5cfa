package network

import (
	"net"
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

// drainICMP empties the socket's error queue.
func drainICMP(c net.PacketConn) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return
	}
	var buf, oob [512]byte
	_ = raw.Control(func(fd uintptr) { // an error means closed: nothing left to drain
		for range drained {
			_, _, _, _, err := syscall.Recvmsg(int(fd), buf[:], oob[:], syscall.MSG_ERRQUEUE|syscall.MSG_DONTWAIT)
			if err != nil {
				return
			}
		}
	})
}
