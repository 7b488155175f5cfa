package gateway_test

import (
	"fmt"
	"runtime"
	"testing"

	"ringproof/simulators/gateway"
)

func TestDirectory(t *testing.T) {
	d := gateway.NewDirectory(0)
	for _, n := range []string{"940000", "0940000", "94000", "+940000", "34020000001320000001", "34020000001320000002"} {
		if err := d.Add(n); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Offline("94000"); err != nil {
		t.Fatal(err)
	}
	if err := d.Bind("7001", "34020000001320000002"); err != nil {
		t.Fatal(err)
	}
	d.Unbind("+940000")
	for _, c := range []struct {
		number, camera string
		online         bool
	}{
		{"940000", "940000", true},
		{"0940000", "0940000", true},
		{"94000", "94000", false},
		{"34020000001320000001", "34020000001320000001", true},
		{"7001", "34020000001320000002", true},
		{"+940000", "", false},
		{"9400", "", false},
		{"9400000", "", false},
		{"34020000001320000003", "", false},
		{"", "", false},
		{"camera", "", false},
		{"3402000000132000000134020", "", false},
	} {
		if camera, online := d.Lookup(c.number); camera != c.camera || online != c.online {
			t.Errorf("%q: got camera %q, online %v; want %q, %v", c.number, camera, online, c.camera, c.online)
		}
	}
	if d.Len() != 6 {
		t.Errorf("got %d numbers, want 6", d.Len())
	}
	for name, err := range map[string]error{
		"a number twice":                  d.Add("940000"),
		"no number":                       d.Add(""),
		"letters":                         d.Add("94a"),
		"too long":                        d.Add("3402000000132000000134020"),
		"a number bound already":          d.Bind("940000", "7001"),
		"a camera that is not there":      d.Bind("7002", "7003"),
		"offline without a camera":        d.Offline("7004"),
		"a further number that cannot be": d.Bind("x", "7001"),
	} {
		if err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// fill makes a directory of ids of devices.
func fill(tb testing.TB, n int) *gateway.Directory {
	tb.Helper()
	d := gateway.NewDirectory(n)
	for i := range n {
		if err := d.Add(fmt.Sprintf("34020000001320%06d", i)); err != nil {
			tb.Fatal(err)
		}
	}
	return d
}

// perCamera measures what a directory holds, in bytes a camera.
func perCamera(tb testing.TB, n int) float64 {
	tb.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	d := fill(tb, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if d.Len() != n {
		tb.Fatalf("got %d cameras, want %d", d.Len(), n)
	}
	return (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / float64(n)
}

func TestAMillionCamerasTakeAtMost200BytesEach(t *testing.T) {
	for _, n := range []int{50_000, 1_000_000} {
		got := perCamera(t, n)
		t.Logf("%d cameras: %.0f bytes each", n, got)
		if got > 200 || got < 10 {
			t.Errorf("%d cameras: %.0f bytes each, want 200 at most (and more than nothing)", n, got)
		}
	}
}

// ns/op stays the same from a thousand to a million cameras.
func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{1_000, 50_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d := fill(b, n)
			number := fmt.Sprintf("34020000001320%06d", n-1)
			for b.Loop() {
				if camera, online := d.Lookup(number); camera != number || !online {
					b.Fatal(camera)
				}
			}
		})
	}
}

func BenchmarkDirectory(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(perCamera(b, 1_000_000), "bytes/camera")
	}
}
