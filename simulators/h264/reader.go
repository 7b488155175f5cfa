package h264

import "errors"

const (
	ipcm = 25                              // mb_type in an I slice (ITU-T H.264 table 7-11)
	pcm  = Macroblock * Macroblock * 3 / 2 // bytes of an I_PCM macroblock in 4:2:0
)

// Picture is the brightness of a decoded picture.
type Picture struct {
	Width, Height int
	Luma          []byte // row by row
}

// At gives the brightness of a pixel.
func (p *Picture) At(x, y int) byte { return p.Luma[y*p.Width+x] }

// Reader reads NAL units in the order of their coming.
type Reader struct {
	Parameters Parameters // of the last sequence parameter set; zero before
	picture    bool       // a picture parameter set came
	qp         bool       // it fits what is decoded here
}

// errOther is a picture of another kind than is decoded here.
var errOther = errors.New("h264: not I_PCM, one slice and 4:2:0")

// Parameter takes a NAL unit that is a parameter set, and tells whether it was
// one. One that cannot be read is an error.
func (d *Reader) Parameter(nal []byte) (bool, error) {
	switch Type(nal) {
	case SPS:
		p, err := ParseSPS(nal)
		if err == nil {
			d.Parameters = p
		}
		return true, err
	case PPS:
		d.picture = true
		return true, d.parsePPS(nal)
	}
	return false, nil
}

// parsePPS looks whether slices have the form that is read here
// (ITU-T H.264 §7.3.2.2).
func (d *Reader) parsePPS(nal []byte) error {
	r := &reader{b: unescape(nal)}
	r.ue()
	r.ue()
	cabac, order := r.bit(), r.bit()
	groups := r.ue()
	r.ue()
	r.ue()
	r.u(3)
	r.se()
	r.se()
	r.se()
	deblocking := r.bit()
	r.bit()
	redundant := r.bit()
	d.qp = r.err == nil && cabac == 0 && order == 0 && groups == 0 && deblocking == 1 && redundant == 0
	return r.err
}

// Ready tells whether pictures can be decoded from now on: both parameter
// sets have come.
func (d *Reader) Ready() bool { return d.Parameters.Width > 0 && d.picture }

// Decode reads the brightness of an IDR picture in one slice of I_PCM
// macroblocks.
func (d *Reader) Decode(nal []byte) (*Picture, error) {
	p := &d.Parameters
	if Type(nal) != IDR || !d.Ready() || !d.qp || p.chroma != 1 || !p.frames || p.depth != 0 || p.depth2 != 0 {
		return nil, errOther
	}
	r := &reader{b: unescape(nal)}
	first, kind := r.ue(), r.ue()
	if first != 0 || kind%5 != 2 { // an I slice (ITU-T H.264 table 7-6)
		return nil, errOther
	}
	r.ue()
	r.u(p.frameNum)
	r.ue() // idr_pic_id
	if p.order == 0 {
		r.u(p.orderBits)
	}
	if p.order == 1 && !p.deltaZero {
		r.se()
	}
	r.u(2)
	r.se()
	if r.ue() != 1 { // no deblocking
		return nil, errOther
	}
	return p.pcm(r)
}

// pcm reads macroblocks until the picture is full.
func (p *Parameters) pcm(r *reader) (*Picture, error) {
	if len(r.b) < p.wide*p.high*pcm {
		return nil, errOther
	}
	out := &Picture{Width: Macroblock * p.wide, Height: Macroblock * p.high}
	out.Luma = make([]byte, out.Width*out.Height)
	for m := range p.wide * p.high {
		if kind := r.ue(); kind != ipcm || r.err != nil {
			return nil, errOther
		}
		samples := r.take(pcm)
		if r.err != nil {
			return nil, r.err
		}
		for y := range Macroblock {
			at := (m/p.wide*Macroblock+y)*out.Width + m%p.wide*Macroblock
			copy(out.Luma[at:at+Macroblock], samples[y*Macroblock:])
		}
	}
	return out, nil
}
