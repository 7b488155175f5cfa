package steps_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"ringproof/reports/record"
	"ringproof/simulators/ua"
)

// records runs the scenarios with a program that makes something else of each of
// its recordings, which are 16 bits at 8000 Hz behind 44 bytes.
func records(t *testing.T, how func(b []byte) []byte) *record.Run {
	t.Helper()
	dir, first := t.TempDir(), t.TempDir()
	d := &desk{}
	d.keeps(first)
	keep, n := d.ended, 0
	d.ended = func(c *ua.Call) {
		keep(c)
		n++
		name := fmt.Sprintf("call-%d.wav", n)
		b, err := os.ReadFile(filepath.Join(first, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), how(b), 0o600)
		}
		if err != nil {
			d.t.Error(err)
		}
	}
	return desktop(t, "", fmt.Sprintf(", plays: voice.wav, records: %q", dir), d, nil)
}

// A phone that hears one packet of four understands nobody.
func TestRecordingThatLosesMostIsNoticed(t *testing.T) {
	run := records(t, func(b []byte) []byte {
		for i := 44; i < len(b); i++ {
			if (i-44)/320%4 != 0 {
				b[i] = 0
			}
		}
		return b
	})
	if got := became(run); run.Verdict != record.NotAccepted || !slices.Contains(got, "phone.hears, media") {
		t.Errorf("%s (%s): %v", run.Verdict, run.Why, got)
	}
}

// What cannot be read accuses nobody, and is named.
func TestRecordingThatCannotBeReadIsNamed(t *testing.T) {
	run := records(t, func(b []byte) []byte {
		b[20] = 49
		return b
	})
	var why []string
	for _, s := range run.Scenarios {
		if s.ID == "real.called" {
			why = append(why, s.Why)
		}
	}
	if run.Verdict != record.Incomplete || !strings.Contains(strings.Join(why, "\n"), "call-1.wav: a WAV file of GSM 06.10, 16 bits, 1 channels, 8000 Hz: want PCM of 16 bits") {
		t.Errorf("%s (%s): %v, %q", run.Verdict, run.Why, became(run), why)
	}
}
