package network

import "syscall"

// reportICMP makes ICMP errors surface on a socket that is not connected
// (ip(7), IP_RECVERR).
func reportICMP(fd uintptr) {
	// Without the option the socket still works, only less tellingly.
	_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_RECVERR, 1)
}
