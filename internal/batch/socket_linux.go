package batch

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Socket is a UDP socket of one goroutine.
type Socket struct {
	fd        int
	clock     Clock
	local     netip.AddrPort
	remote    netip.AddrPort // invalid if there is none
	connected bool           // to it: it alone is heard
	in, out   box
	queued    int
	dropped   uint32 // of SO_RXQ_OVFL
	whole     bool   // the kernel does not cut what is sent together: each goes by itself
	refused   bool
	stats     Stats
	realToOur int64 // what is added to the kernel's wall clock
	leave     func()
}

// box is memory for one batch.
type box struct {
	data    [Size][Room]byte
	vec     [Size]unix.Iovec
	head    [Size]unix.Mmsghdr
	addr    [Size]unix.RawSockaddrInet6 // large enough for IPv4 too
	control [Size][64]byte
	at      [Size]int64  // of datagrams that came
	named   [Size]uint32 // how long addr is, of datagrams to send; 0 for the remote one
	count   [Size]int    // of datagrams in a head that is sent
}

// lay points to the memory of each datagram.
func (b *box) lay() {
	for i := range b.vec {
		b.vec[i].Base = &b.data[i][0]
		b.vec[i].SetLen(Room)
	}
}

// Open opens a socket. It fails where the address cannot be bound. A buffer
// that the kernel grants in part is no error: see [Stats].
func Open(cfg Config, clock Clock) (*Socket, error) {
	family := unix.AF_INET
	if cfg.Local.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open a socket at %s: %w", cfg.Local, err)
	}
	s := &Socket{fd: fd, clock: clock}
	if err := s.set(cfg); err != nil {
		unix.Close(fd)
		return nil, err
	}
	s.leave = another()
	s.in.lay()
	s.out.lay()
	for i := range s.in.head {
		h := &s.in.head[i].Hdr
		h.Iov, h.Name, h.Control = &s.in.vec[i], (*byte)(unsafe.Pointer(&s.in.addr[i])), &s.in.control[i][0]
		h.SetIovlen(1)
	}
	return s, nil
}

func (s *Socket) set(cfg Config) error {
	receive, send := cfg.sizes()
	s.stats.ReceiveBuffer = grow(s.fd, unix.SO_RCVBUFFORCE, unix.SO_RCVBUF, receive)
	s.stats.SendBuffer = grow(s.fd, unix.SO_SNDBUFFORCE, unix.SO_SNDBUF, send)
	for _, o := range []int{unix.SO_TIMESTAMPNS, unix.SO_RXQ_OVFL} {
		if err := unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, o, 1); err != nil {
			return fmt.Errorf("set up a socket at %s: %w", cfg.Local, err)
		}
	}
	if err := bind(s.fd, cfg.Local); err != nil {
		return fmt.Errorf("bind %s: %w", cfg.Local, err)
	}
	if cfg.Remote.IsValid() {
		if err := unix.Connect(s.fd, sockaddr(cfg.Remote)); err != nil {
			return fmt.Errorf("connect %s to %s: %w", cfg.Local, cfg.Remote, err)
		}
		s.remote, s.connected = cfg.Remote, true
	}
	at, err := unix.Getsockname(s.fd)
	if err != nil {
		return fmt.Errorf("bind %s: %w", cfg.Local, err)
	}
	s.local = addrPort(at)
	return nil
}

// picks is how often a free port is looked for: somebody else may be quicker.
const picks = 10

// bind binds an address. A port that the kernel chose would be lost when the
// socket is disconnected (udp_disconnect keeps those alone that were asked for):
// port 0 is a free one that is then asked for.
func bind(fd int, at netip.AddrPort) (err error) {
	if at.Port() != 0 {
		return unix.Bind(fd, sockaddr(at))
	}
	for range picks {
		var free netip.AddrPort
		if free, err = pick(at); err != nil {
			return err
		}
		if err = unix.Bind(fd, sockaddr(free)); err == nil || !errors.Is(err, unix.EADDRINUSE) {
			return err
		}
	}
	return err
}

// pick gives a port that is free.
func pick(at netip.AddrPort) (netip.AddrPort, error) {
	family := unix.AF_INET
	if at.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, sockaddr(at)); err != nil {
		return netip.AddrPort{}, err
	}
	free, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, err
	}
	return addrPort(free), nil
}

// grow asks for a buffer, beyond the system's limit where that is allowed, and
// gives what was granted: the kernel doubles what it is asked for.
func grow(fd, force, ask, size int) int {
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, force, size) != nil {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, ask, size) // what is granted is read below
	}
	n, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, ask)
	if err != nil {
		return 0
	}
	return n / 2
}

// Local gives the address of the socket.
func (s *Socket) Local() netip.AddrPort { return s.local }

// Now gives the time of the socket's clock.
func (s *Socket) Now() int64 { return s.clock.Now() }

// Close closes the socket.
func (s *Socket) Close() error {
	s.leave()
	return unix.Close(s.fd)
}

// Stats gives what the socket has done so far.
func (s *Socket) Stats() Stats {
	st := s.stats
	st.Dropped = uint64(max(s.dropped, s.drops()))
	return st
}

// drops asks the kernel how many datagrams it has dropped. SO_RXQ_OVFL tells
// so only with the next datagram, which never comes where the last were
// dropped.
func (s *Socket) drops() uint32 {
	var info [9]uint32 // of linux/sock_diag.h; the last is SK_MEMINFO_DROPS
	size := uint32(unsafe.Sizeof(info))
	_, _, e := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(s.fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if e != 0 || size < uint32(unsafe.Sizeof(info)) {
		return 0 // a kernel before 4.12
	}
	return info[len(info)-1]
}

// Receive takes what has arrived, Size datagrams at most, and does not wait.
func (s *Socket) Receive() (n int, err error) {
	for i := range s.in.head {
		h := &s.in.head[i].Hdr
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(len(s.in.control[i]))
	}
	s.stats.ReceiveCalls++
	r, _, e := unix.RawSyscall6(unix.SYS_RECVMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.in.head[0])), Size, unix.MSG_DONTWAIT, 0, 0)
	switch e {
	case 0:
	case unix.EAGAIN, unix.EINTR:
		return 0, nil
	case unix.ECONNREFUSED:
		return 0, &RefusedError{s.remote}
	default:
		return 0, fmt.Errorf("receive at %s: %w", s.local, e)
	}
	now := time.Now()
	s.realToOur = int64(now.Sub(s.clock.start)) - now.UnixNano()
	n = int(r)
	s.stats.Received += uint64(n)
	for i := range n {
		s.note(i)
	}
	return n, nil
}

// note reads what the kernel says of a datagram: when it came, and how many
// were dropped before it.
func (s *Socket) note(i int) {
	s.in.at[i] = 0
	b := s.in.control[i][:s.in.head[i].Hdr.Controllen]
	for len(b) >= unix.SizeofCmsghdr {
		h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
		data := b[unix.CmsgLen(0):]
		if h.Level == unix.SOL_SOCKET {
			switch h.Type {
			case unix.SCM_TIMESTAMPNS:
				t := (*unix.Timespec)(unsafe.Pointer(&data[0]))
				s.in.at[i] = t.Nano() + s.realToOur
			case unix.SO_RXQ_OVFL:
				s.dropped = binary.NativeEndian.Uint32(data)
			}
		}
		next := unix.CmsgSpace(int(h.Len) - unix.CmsgLen(0))
		if next <= 0 || next > len(b) {
			break
		}
		b = b[next:]
	}
	if s.in.at[i] == 0 {
		s.in.at[i] = s.clock.Now()
	}
}

// Message gives a datagram of the last batch.
func (s *Socket) Message(i int) Message {
	h := &s.in.head[i]
	return Message{Data: s.in.data[i][:min(h.Len, Room)], At: s.in.at[i], Cut: h.Hdr.Flags&unix.MSG_TRUNC != 0}
}

// From gives where a datagram of the last batch came from.
func (s *Socket) From(i int) netip.AddrPort { return fromRaw(&s.in.addr[i]) }

// Refused tells once whether ICMP said since the last time that the remote
// port is closed.
func (s *Socket) Refused() bool {
	r := s.refused
	s.refused = false
	return r
}

// Wait returns at the given time of the clock or, if it is to wake, as soon as
// there is something to receive.
func (s *Socket) Wait(until int64, wake bool) {
	d := until - s.clock.Now()
	if d <= 0 {
		return
	}
	ts := unix.NsecToTimespec(d)
	if !wake {
		_, _, _ = unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&ts)), 0, 0) // woken early: the caller looks at the clock
		return
	}
	on := unix.PollFd{Fd: int32(s.fd), Events: unix.POLLIN}
	_, _, _ = unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&on)), 1, uintptr(unsafe.Pointer(&ts)), 0, 0, 0)
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is6() {
		return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
	}
	return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
}

func addrPort(a unix.Sockaddr) netip.AddrPort {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}

// swapped gives a port in the other order of bytes, which on the wire is big
// endian.
func swapped(p uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], p)
	return binary.NativeEndian.Uint16(b[:])
}

func toRaw(r *unix.RawSockaddrInet6, a netip.AddrPort) uint32 {
	if a.Addr().Is4() {
		r4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(r))
		r4.Family, r4.Port, r4.Addr = unix.AF_INET, swapped(a.Port()), a.Addr().As4()
		return unix.SizeofSockaddrInet4
	}
	r.Family, r.Port, r.Addr = unix.AF_INET6, swapped(a.Port()), a.Addr().As16()
	return unix.SizeofSockaddrInet6
}

func fromRaw(r *unix.RawSockaddrInet6) netip.AddrPort {
	if r.Family == unix.AF_INET {
		r4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(r))
		return netip.AddrPortFrom(netip.AddrFrom4(r4.Addr), swapped(r4.Port))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(r.Addr), swapped(r.Port))
}
