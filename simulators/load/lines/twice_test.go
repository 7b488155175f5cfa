package lines

import (
	"net/netip"
	"testing"
	"time"
)

// Every second packet is lost, and the others come twice.
func TestPacketsThatComeTwiceMakeUpForNoLostOnes(t *testing.T) {
	l := &Line{to: netip.MustParseAddrPort("127.0.0.1:9"), begun: time.Now(), say: statement{token: 1}}
	var b [length]byte
	for seq := uint16(65500); seq != 164; seq += 2 {
		(&statement{token: 3}).write(&b, seq, 0, false)
		l.take(b[:])
		l.take(b[:])
	}
	if l.heard.Packets != 100 || l.span != 199 {
		t.Errorf("%d packets of %d, want 100 of 199", l.heard.Packets, l.span)
	}
}

// A packet of the voice that was changed on the way is nobody else's.
func TestChangedPacketsBetweenOthersAreOfTheSameVoice(t *testing.T) {
	for ssrc, want := range map[byte]uint64{3: 0, 4: 97} {
		l := &Line{to: netip.MustParseAddrPort("127.0.0.1:9"), begun: time.Now(), say: statement{token: 1}}
		var b [length]byte
		for seq := range uint16(100) {
			statement{token: 3}.write(&b, 2*seq, 0, false)
			l.take(b[:])
			b[11], b[100] = ssrc, b[100]^1
			l.take(b[:])
		}
		if l.heard.Beside != want || l.heard.Packets != 100 {
			t.Errorf("SSRC %d: %+v, want %d times beside", ssrc, l.heard, want)
		}
	}
}
