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
