package media_test

import (
	"testing"

	"ringproof/simulators/h264"
	"ringproof/simulators/media"
)

func TestEveryPlateIsRead(t *testing.T) {
	for _, number := range []string{"", "0", "7001", "940000", "+4930123456", "34020000001320000001", "99999999999999999999"} {
		for _, counter := range []uint16{0, 1, 255, 256, 65535} {
			p, err := media.Draw(number, counter)
			if err != nil {
				t.Fatal(err)
			}
			got, n, err := media.Read(p)
			if err != nil || got != number || n != counter {
				t.Errorf("%q %d: got %q %d, %v", number, counter, got, n, err)
			}
		}
	}
}

func TestPlateThatCannotBeDrawn(t *testing.T) {
	for _, number := range []string{"340200000013200000010", "12a", "sip:1"} {
		if _, err := media.Draw(number, 0); err == nil {
			t.Errorf("%q was drawn", number)
		}
	}
}

// One cell turned round, wherever it stands, is no plate at all: a wrong
// number must not be read from a picture in pieces.
func TestPlateWithAFaultIsNotRead(t *testing.T) {
	const cell, cells, rows = 8, 20, 6
	for i := range cells * rows {
		p, err := media.Draw("34020000001320000001", 77)
		if err != nil {
			t.Fatal(err)
		}
		for y := range cell {
			for x := range cell {
				at := (i/cells*cell+y)*p.Width + i%cells*cell + x
				p.Luma[at] = 251 - p.Luma[at]
			}
		}
		if number, counter, err := media.Read(p); err == nil {
			t.Errorf("cell %d: read %q %d", i, number, counter)
		}
	}
	for name, p := range map[string]*h264.Picture{
		"black":        {Width: 160, Height: 48, Luma: make([]byte, 160*48)},
		"another size": {Width: 176, Height: 48, Luma: make([]byte, 176*48)},
	} {
		if number, _, err := media.Read(p); err == nil {
			t.Errorf("%s: read %q", name, number)
		}
	}
}
