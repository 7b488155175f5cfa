package h264

// The stream's profile and level: Constrained Baseline, level 1.3.
const (
	profile     = 66
	constraints = 0xe0
	level       = 13
)

// ProfileLevel is the stream's profile-level-id (RFC 6184 §8.1).
const ProfileLevel = "42e00d"

// Stream makes the coded pictures of one camera.
type Stream struct {
	wide, high int // macroblocks
	number     uint
	ids        uint
}

// NewStream gives a stream of that size; both must be whole macroblocks.
func NewStream(width, height int) *Stream {
	return &Stream{wide: width / Macroblock, high: height / Macroblock}
}

// Parameters gives the sequence and picture parameter sets, to be sent before
// each whole picture.
func (s *Stream) Parameters() [][]byte {
	w := &writer{}
	for _, v := range []uint{profile, constraints, level} {
		w.u(8, v)
	}
	w.ue(0)                // seq_parameter_set_id
	w.ue(0)                // frame_num of 4 bits
	w.ue(2)                // pictures are shown in the order in which they are coded
	w.ue(1)                // one reference picture
	w.bit(0)               // no gaps in frame_num
	w.ue(uint(s.wide - 1)) //
	w.ue(uint(s.high - 1))
	w.bit(1) // frames alone
	w.bit(1) // direct_8x8_inference_flag
	w.bit(0) // no cropping
	w.bit(0) // no VUI
	w.trail()
	p := &writer{}
	p.ue(0)
	p.ue(0)
	p.bit(0) // CAVLC
	p.bit(0)
	p.ue(0)   // one slice group
	p.ue(0)   // one reference picture in each list
	p.ue(0)   //
	p.bit(0)  // no weighted prediction
	p.u(2, 0) //
	p.ue(0)   // three se(v) of 0 are written as ue(v) of 0
	p.ue(0)
	p.ue(0)
	p.bit(1) // deblocking is said in each slice
	p.bit(0)
	p.bit(0)
	p.trail()
	return [][]byte{escape(0x67, w.b), escape(0x68, p.b)}
}

// Whole codes a picture of its own (IDR, one slice of I_PCM macroblocks):
// luma gives the brightness of a pixel, colour there is none.
func (s *Stream) Whole(luma func(x, y int) byte) []byte {
	w := &writer{}
	w.ue(0) // first_mb_in_slice
	w.ue(7) // an I slice, as the whole picture
	w.ue(0)
	w.u(4, 0)       // frame_num
	w.ue(s.ids % 2) // idr_pic_id differs from the one before
	w.bit(0)        // no_output_of_prior_pics_flag
	w.bit(0)        // long_term_reference_flag
	w.ue(0)         // slice_qp_delta, se(v) of 0
	w.ue(1)         // no deblocking
	s.ids, s.number = s.ids+1, 0
	for m := range s.wide * s.high {
		w.ue(ipcm)
		w.align()
		x0, y0 := m%s.wide*Macroblock, m/s.wide*Macroblock
		var samples [pcm]byte
		for i := range Macroblock * Macroblock {
			samples[i] = luma(x0+i%Macroblock, y0+i/Macroblock)
		}
		for i := Macroblock * Macroblock; i < pcm; i++ {
			samples[i] = 128
		}
		w.bytes(samples[:])
	}
	w.trail()
	return escape(0x65, w.b)
}

// Copy codes a picture that is the one before (P_Skip throughout).
func (s *Stream) Copy() []byte {
	s.number++
	w := &writer{}
	w.ue(0)
	w.ue(5) // a P slice, as the whole picture
	w.ue(0)
	w.u(4, s.number%16) // frame_num
	w.bit(0)            // num_ref_idx_active_override_flag
	w.bit(0)            // ref_pic_list_modification_flag_l0
	w.bit(0)            // adaptive_ref_pic_marking_mode_flag
	w.ue(0)             // slice_qp_delta, se(v) of 0
	w.ue(1)             // no deblocking
	w.ue(uint(s.wide * s.high))
	w.trail()
	return escape(0x41, w.b)
}
