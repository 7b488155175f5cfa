package h264

import "errors"

// writer writes bits, the most significant first (ITU-T H.264 §7.2).
type writer struct {
	b []byte
	n int // bits
}

func (w *writer) bit(v uint) {
	if w.n%8 == 0 {
		w.b = append(w.b, 0)
	}
	w.b[len(w.b)-1] |= byte(v&1) << (7 - w.n%8)
	w.n++
}

// u writes an unsigned number of n bits.
func (w *writer) u(n int, v uint) {
	for i := n - 1; i >= 0; i-- {
		w.bit(v >> i)
	}
}

// ue writes an unsigned Exp-Golomb code (ITU-T H.264 §9.1).
func (w *writer) ue(v uint) {
	v++
	n := 0
	for t := v; t > 1; t >>= 1 {
		n++
	}
	w.u(n, 0)
	w.u(n+1, v)
}

// align writes zeros to the end of the byte.
func (w *writer) align() {
	for w.n%8 != 0 {
		w.bit(0)
	}
}

// bytes writes whole bytes; the place must be aligned.
func (w *writer) bytes(b []byte) {
	w.b = append(w.b, b...)
	w.n += 8 * len(b)
}

// trail ends a payload (ITU-T H.264 §7.3.2.11).
func (w *writer) trail() {
	w.bit(1)
	w.align()
}

var errShort = errors.New("h264: the payload ends too early")

// reader reads bits. The first error stays.
type reader struct {
	b   []byte
	n   int // bits read
	err error
}

func (r *reader) bit() uint {
	if r.n >= 8*len(r.b) {
		r.err = errShort
		return 0
	}
	v := r.b[r.n/8] >> (7 - r.n%8) & 1
	r.n++
	return uint(v)
}

func (r *reader) u(n int) (v uint) {
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

// ue reads an unsigned Exp-Golomb code of at most 32 bits.
func (r *reader) ue() uint {
	zeros := 0
	for r.err == nil && r.bit() == 0 {
		if zeros++; zeros > 31 {
			r.err = errors.New("h264: an Exp-Golomb code of more than 32 bits")
			return 0
		}
	}
	if r.err != nil {
		return 0
	}
	return 1<<zeros - 1 + r.u(zeros)
}

// se reads a signed Exp-Golomb code (ITU-T H.264 §9.1.1).
func (r *reader) se() int {
	k := r.ue()
	if k%2 == 1 {
		return int(k/2) + 1
	}
	return -int(k / 2)
}

// take gives whole bytes from the next byte on.
func (r *reader) take(n int) []byte {
	at := (r.n + 7) / 8
	if at+n > len(r.b) {
		r.err = errShort
		return nil
	}
	r.n = 8 * (at + n)
	return r.b[at : at+n]
}
