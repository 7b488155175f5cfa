package batch

import (
	"encoding/binary"
	"net/netip"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Buffer gives room for the next datagram to send.
func (s *Socket) Buffer() []byte {
	if s.queued == Size {
		s.Flush()
	}
	return s.out.data[s.queued][:]
}

// Queue has the first n bytes of the last Buffer sent with the next Flush. An
// address that is not valid is the remote one.
func (s *Socket) Queue(n int, to netip.AddrPort) {
	i := s.queued
	s.out.vec[i].SetLen(n)
	s.out.named[i] = 0
	elsewhere := to.IsValid() && to != s.remote
	if elsewhere && s.connected {
		s.disconnect()
	}
	switch {
	case elsewhere:
		s.out.named[i] = toRaw(&s.out.addr[i], to)
	case !s.connected:
		s.out.named[i] = toRaw(&s.out.addr[i], s.remote)
	}
	s.queued++
}

// disconnect lets the socket hear others than the remote one, of which the
// first is about to be sent to. That the remote port is closed is not told from
// then on.
func (s *Socket) disconnect() {
	s.connected = false
	for i := range s.queued {
		if s.out.named[i] == 0 {
			s.out.named[i] = toRaw(&s.out.addr[i], s.remote)
		}
	}
	none := unix.RawSockaddr{Family: unix.AF_UNSPEC} // connect(2): dissolves the association
	_, _, e := unix.RawSyscall(unix.SYS_CONNECT, uintptr(s.fd), uintptr(unsafe.Pointer(&none)), unsafe.Sizeof(none))
	if e != 0 {
		s.stats.Unsent, s.stats.Why = s.stats.Unsent+1, e
	}
}

// Flush sends what is queued. What the kernel does not take counts as unsent:
// for the protocol it was lost on the way.
func (s *Socket) Flush() {
	for at := 0; at < s.queued; {
		at = s.send(at, s.couple(at))
	}
	s.queued = 0
}

// What the kernel cuts into datagrams by itself (UDP_SEGMENT, Linux 4.18): as
// many as a batch, together no longer than one datagram may be, each no longer
// than every path takes whole.
const (
	longestTrain = 60_000
	longestPiece = 1_400
)

// couple makes messages for the kernel out of what is queued from a place on,
// and tells how many. Datagrams of one length and to one address, the last of
// them perhaps shorter, go as one, which costs the way through the kernel once.
func (s *Socket) couple(at int) (heads int) {
	o := &s.out
	for at < s.queued {
		n, length := 1, int(o.vec[at].Len)
		if length <= longestPiece && length > 0 && !s.whole {
			for total := length; at+n < s.queued; n++ {
				next := int(o.vec[at+n].Len)
				total += next
				if next > length || next == 0 || total > longestTrain || !o.sameAddress(at, at+n) {
					break
				}
				if next < length {
					n++
					break
				}
			}
		}
		o.lead(heads, at, n)
		heads++
		at += n
	}
	return heads
}

func (b *box) sameAddress(i, j int) bool {
	return b.named[i] == b.named[j] && (b.named[i] == 0 || b.addr[i] == b.addr[j])
}

// lead makes a message of n datagrams.
func (b *box) lead(head, first, n int) {
	h := &b.head[head].Hdr
	b.count[head] = n
	h.Iov = &b.vec[first]
	h.SetIovlen(n)
	h.Name, h.Namelen = nil, b.named[first]
	if h.Namelen > 0 {
		h.Name = (*byte)(unsafe.Pointer(&b.addr[first]))
	}
	h.Control = nil
	h.SetControllen(0)
	if n == 1 {
		return
	}
	c := (*unix.Cmsghdr)(unsafe.Pointer(&b.control[head][0]))
	c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
	c.SetLen(unix.CmsgLen(2))
	binary.NativeEndian.PutUint16(b.control[head][unix.CmsgLen(0):], uint16(b.vec[first].Len))
	h.Control = &b.control[head][0]
	h.SetControllen(unix.CmsgSpace(2))
}

// patience is how often the kernel is asked to take what it has no room for,
// and pause how long is waited in between.
const (
	patience = 200
	pause    = 50 * time.Microsecond
)

// send hands messages to the kernel, of which the first begins with the
// datagram at a place, and gives the place of the first that is still to be
// sent.
func (s *Socket) send(at, heads int) int {
	tries := 0
	for i := 0; i < heads; {
		s.stats.SendCalls++
		r, _, e := unix.RawSyscall6(unix.SYS_SENDMMSG, uintptr(s.fd), uintptr(unsafe.Pointer(&s.out.head[i])), uintptr(heads-i), 0, 0, 0)
		switch {
		case e == 0:
			for range r {
				s.stats.Sent += uint64(s.out.count[i])
				at += s.out.count[i]
				i++
			}
		case e == unix.EINTR:
		case e == unix.ECONNREFUSED: // of one sent before: nothing was sent now
			s.refused = true
		case e == unix.EAGAIN || e == unix.ENOBUFS:
			if tries++; tries > patience {
				s.stats.Unsent += uint64(s.queued - at)
				return s.queued
			}
			s.room()
		case s.out.count[i] > 1: // not here: an old kernel, or a device that cannot
			s.whole = true
			return at
		default: // this one cannot be sent
			s.stats.Unsent++
			s.stats.Why = e
			at++
			i++
		}
	}
	return at
}

// room waits until the kernel can take more, or for a moment.
func (s *Socket) room() {
	ts := unix.NsecToTimespec(int64(pause))
	_, _ = unix.Ppoll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLOUT}}, &ts, nil)
}
