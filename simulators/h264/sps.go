package h264

import (
	"fmt"
	"slices"
)

// Parameters is what a sequence parameter set says, as far as it is needed.
type Parameters struct {
	Profile, Constraints, Level byte
	Width, Height               int // in pixels, as cropped

	separate      bool // colour planes
	frameNum      int  // bits of frame_num
	order         uint // pic_order_cnt_type
	orderBits     int  // of pic_order_cnt_lsb
	deltaZero     bool
	frames        bool // no field coding
	wide, high    int  // macroblocks
	chroma        uint
	depth, depth2 uint
}

// colourful tells of the profiles whose parameter sets say more of colour
// (ITU-T H.264 §7.3.2.1.1).
func colourful(profile byte) bool {
	return slices.Contains([]byte{100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}, profile)
}

// largest bounds the width and height that are believed, in macroblocks: more
// than level 6.2 allows (ITU-T H.264 table A-1).
const largest = 1055

// ParseSPS reads a sequence parameter set (ITU-T H.264 §7.3.2.1.1).
func ParseSPS(nal []byte) (Parameters, error) {
	if Type(nal) != SPS {
		return Parameters{}, fmt.Errorf("h264: type %d is no sequence parameter set", Type(nal))
	}
	r := &reader{b: unescape(nal)}
	p := Parameters{Profile: byte(r.u(8)), Constraints: byte(r.u(8)), Level: byte(r.u(8)), chroma: 1}
	r.ue() // seq_parameter_set_id
	if colourful(p.Profile) {
		p.colour(r)
	}
	p.frameNum = int(r.ue()) + 4
	p.counting(r)
	r.ue() // max_num_ref_frames
	r.bit()
	p.wide, p.high = int(r.ue())+1, int(r.ue())+1
	if p.frames = r.bit() == 1; !p.frames {
		r.bit()
	}
	r.bit()
	var crop [4]int // left, right, top, bottom
	if r.bit() == 1 {
		for i := range crop {
			crop[i] = int(r.ue())
		}
	}
	if r.err != nil {
		return Parameters{}, r.err
	}
	return p, p.size(crop)
}

func (p *Parameters) colour(r *reader) {
	if p.chroma = r.ue(); p.chroma == 3 {
		p.separate = r.bit() == 1
	}
	p.depth, p.depth2 = r.ue(), r.ue()
	r.bit()
	if r.bit() == 0 {
		return
	}
	lists := 8
	if p.chroma == 3 {
		lists = 12
	}
	for i := range lists {
		if r.bit() == 0 || r.err != nil {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		scaling(r, size)
	}
}

// scaling passes over a scaling list (ITU-T H.264 §7.3.2.1.1.1).
func scaling(r *reader, size int) {
	last, next := 8, 8
	for range size {
		if next != 0 {
			next = (last + r.se() + 256) % 256
		}
		if next != 0 {
			last = next
		}
	}
}

// counting reads how pictures are ordered.
func (p *Parameters) counting(r *reader) {
	switch p.order = r.ue(); p.order {
	case 0:
		p.orderBits = int(r.ue()) + 4
	case 1:
		p.deltaZero = r.bit() == 1
		r.se()
		r.se()
		for n := r.ue(); n > 0 && r.err == nil; n-- {
			r.se()
		}
	}
}

// size finds width and height from macroblocks and cropping.
func (p *Parameters) size(crop [4]int) error {
	if p.wide > largest || p.high > largest || p.chroma > 3 || p.frameNum > 16 || p.orderBits > 16 {
		return fmt.Errorf("h264: %d by %d macroblocks: no level has that", p.wide, p.high)
	}
	fields := 2
	if p.frames {
		fields = 1
	}
	x, y := 1, fields
	if p.chroma == 1 || p.chroma == 2 {
		x = 2
	}
	if p.chroma == 1 {
		y = 2 * fields
	}
	p.Width = Macroblock*p.wide - x*(crop[0]+crop[1])
	p.Height = Macroblock*p.high*fields - y*(crop[2]+crop[3])
	if p.Width <= 0 || p.Height <= 0 {
		return fmt.Errorf("h264: %d by %d pixels are left after cropping", p.Width, p.Height)
	}
	return nil
}
