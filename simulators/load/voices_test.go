package load

import (
	"testing"
	"time"

	"ringproof/simulators/load/lines"
)

func TestVoicesAreJudged(t *testing.T) {
	good := lines.Heard{For: 2 * time.Second, After: 40 * time.Millisecond, Packets: 98, Sent: 100, There: 99}
	for name, c := range map[string]struct {
		change func(*lines.Heard)
		want   Voices
	}{
		"good":               {func(*lines.Heard) {}, Voices{Good: 1}},
		"one-way to us":      {func(h *lines.Heard) { h.Packets, h.There = 4, 0 }, Voices{NotThere: 1}},
		"one-way from us":    {func(h *lines.Heard) { h.Packets, h.There = 0, 0 }, Voices{NotHere: 1}},
		"something else":     {func(h *lines.Heard) { h.Packets, h.There, h.Strange = 0, 0, 90 }, Voices{Changed: 1}},
		"crossed":            {func(h *lines.Heard) { h.Crossed = 3 }, Voices{Crossed: 1}},
		"a packet went by":   {func(h *lines.Heard) { h.Crossed = 2 }, Voices{Good: 1}},
		"somebody else too":  {func(h *lines.Heard) { h.Strange, h.Beside = 50, 10 }, Voices{Foreign: 1}},
		"and in a short one": {func(h *lines.Heard) { h.For, h.Beside = 900*time.Millisecond, 10 }, Voices{Foreign: 1}},
		"the end of a tone":  {func(h *lines.Heard) { h.Strange, h.Beside = 50, 9 }, Voices{Good: 1}},
		"late":               {func(h *lines.Heard) { h.After = 600 * time.Millisecond }, Voices{Late: 1}},
		"ends early":         {func(h *lines.Heard) { h.Packets = 70 }, Voices{Gaps: 1}},
		"ends early there":   {func(h *lines.Heard) { h.There = 70 }, Voices{Gaps: 1}},
		"a tenth lost":       {func(h *lines.Heard) { h.Packets, h.Lost = 89, 9 }, Voices{Gaps: 1}},
		"a tenth lost there": {func(h *lines.Heard) { h.There, h.Missed = 90, 9 }, Voices{Gaps: 1}},
		"short":              {func(h *lines.Heard) { h.For = 900 * time.Millisecond }, Voices{Short: 1}},
		"crossed and short":  {func(h *lines.Heard) { h.For, h.Crossed = 900*time.Millisecond, 5 }, Voices{Crossed: 1}},
		"our own voice":      {func(h *lines.Heard) { *h = lines.Heard{For: h.For, Sent: 100, Own: 99} }, Voices{Echo: 1}},
		"our own voice too":  {func(h *lines.Heard) { h.Own = 10 }, Voices{Echo: 1}},
		"a click of it":      {func(h *lines.Heard) { h.Own = 9 }, Voices{Good: 1}},
		"never spoke":        {func(h *lines.Heard) { *h = lines.Heard{} }, Voices{Unasked: 1}},
	} {
		h := good
		c.change(&h)
		var v Voices
		if v.count(h, true, false); v != c.want {
			t.Errorf("%s: %+v, want %+v", name, v, c.want)
		}
		var none Voices
		if none.count(h, false, false); none != (Voices{}) {
			t.Errorf("%s, and never answered: %+v", name, none)
		}
	}
}

func TestVoiceThatWasCutOffIsNoneTooShortToTell(t *testing.T) {
	var v Voices
	v.count(lines.Heard{For: 100 * time.Millisecond, Packets: 5, There: 4, Sent: 5}, true, true)
	if v.Cut != 1 || v.Failed() != 1 || v.Short != 0 {
		t.Errorf("%+v", v)
	}
}

func TestWhereADescriptionWantsItsAudio(t *testing.T) {
	for sdp, want := range map[string]string{
		"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 4000 RTP/AVP 0\r\n":                                                  "127.0.0.1:4000",
		"v=0\nc=IN IP4 127.0.0.1\nm=audio 4000/2 RTP/AVP 0\nc=IN IP4 127.0.0.2/127\n":                              "127.0.0.2:4000",
		"v=0\r\nc=IN IP6 ::1\r\nm=audio 4000 RTP/AVP 0\r\nm=video 5000 RTP/AVP 96\r\nc=IN IP6 ::2\r\n":             "[::1]:4000",
		"v=0\r\nm=video 5000 RTP/AVP 96\r\nc=IN IP4 127.0.0.9\r\nm=audio 4000 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n": "127.0.0.1:4000",
		"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 0\r\n":                                                     "",
		"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio 9 RTP/AVP 0\r\n":                                                     "",
		"v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio x RTP/AVP 0\r\n":                                                     "",
		"v=0\r\nc=IN IP4 host.example\r\nm=audio 4000 RTP/AVP 0\r\n":                                               "",
		"v=0\r\nm=audio 4000 RTP/AVP 0\r\n":                                                                        "",
		"":                                                                                                         "",
	} {
		got, ok := audio([]byte(sdp))
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("%q: got %s, %v; want %q", sdp, got, ok, want)
		}
	}
}
