package record

import "time"

// Video is what was sent and seen in a stream of pictures.
type Video struct {
	// Films is the camera that was sent from here; empty where none was.
	Films    string `json:"films,omitempty"`
	Bytes    int64  `json:"bytes"`    // of RTP payload received
	Pictures int    `json:"pictures"` // that came whole
	Damaged  int    `json:"damaged"`  // of which something was missing
	Width    int    `json:"width,omitempty"`
	Height   int    `json:"height,omitempty"`
	// FirstAt is the first picture that could be decoded, LastAt the last
	// picture of any kind, LastPacket the last packet.
	FirstAt    int64 `json:"first_ns,omitempty"`
	LastAt     int64 `json:"last_ns,omitempty"`
	LastPacket int64 `json:"last_packet_ns,omitempty"`
	// Gap is the longest time between two pictures, in nanoseconds.
	Gap int64 `json:"gap_ns,omitempty"`
	// Freezes is how often no new picture came for too long.
	Freezes int    `json:"freezes,omitempty"`
	Seen    []Seen `json:"seen,omitempty"`
}

// Seen is a stretch in which one camera was seen.
type Seen struct {
	Camera string `json:"camera"` // the number in its pictures
	From   int64  `json:"from_ns"`
	To     int64  `json:"to_ns"`
	// First and Last are its picture counter, New is how many pictures were
	// newer than all before, Old how many were not.
	First uint16 `json:"first"`
	Last  uint16 `json:"last"`
	New   int    `json:"new"`
	Old   int    `json:"old,omitempty"`
}

// NewOf gives how many new pictures of a camera were seen, and how many that
// had been there before. A nil Video has seen none.
func (v *Video) NewOf(camera string) (fresh, stale int) {
	if v == nil {
		return 0, 0
	}
	for _, s := range v.Seen {
		if s.Camera == camera {
			fresh, stale = fresh+s.New, stale+s.Old
		}
	}
	return fresh, stale
}

// Rate gives the mean rate of the stream in bits a second, from the first
// decodable picture to the last packet; 0 where there is none.
func (v *Video) Rate() float64 {
	if d := time.Duration(v.LastPacket - v.FirstAt); v.FirstAt > 0 && d > 0 {
		return float64(8*v.Bytes) / d.Seconds()
	}
	return 0
}
