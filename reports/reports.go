// Package reports renders a run's record into its directory: [Write] writes
// every form. The forms are rendered from the record alone.
package reports

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ringproof/reports/capture"
	"ringproof/reports/cucumber"
	"ringproof/reports/html"
	"ringproof/reports/junit"
	"ringproof/reports/record"
)

// Write writes report.html, junit.xml, cucumber.json and a capture of each
// scenario that has messages.
func Write(dir string, run *record.Run) error {
	files := []struct {
		name   string
		render func(io.Writer) error
	}{
		{record.ReportFile, func(w io.Writer) error { return html.Render(w, run) }},
		{record.JUnitFile, func(w io.Writer) error { return junit.Render(w, run) }},
		{record.CucumberFile, func(w io.Writer) error { return cucumber.Render(w, run) }},
	}
	for _, f := range files {
		if err := write(filepath.Join(dir, f.name), f.render); err != nil {
			return err
		}
	}
	return captures(filepath.Join(dir, record.CapturesDir), run)
}

// captures writes one pcapng a scenario, in place of those of an older run.
func captures(dir string, run *record.Run) error {
	old, err := filepath.Glob(filepath.Join(dir, "*.pcapng"))
	if err != nil {
		return err
	}
	for _, f := range old {
		if err := os.Remove(f); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	has := map[int]bool{}
	for _, m := range run.Messages {
		has[m.Scenario] = true
	}
	for _, s := range run.Scenarios {
		if !has[s.Index] {
			continue
		}
		render := func(w io.Writer) error { return capture.Render(w, run, s.Index) }
		if err := write(filepath.Join(dir, CaptureName(s)), render); err != nil {
			return err
		}
	}
	return nil
}

// CaptureName gives the file name of a scenario's capture.
func CaptureName(s record.Scenario) string {
	id := strings.Map(func(r rune) rune {
		if r == '/' || r == '\\' || r < ' ' {
			return '_'
		}
		return r
	}, s.ID)
	return fmt.Sprintf("%02d-%s.pcapng", s.Index, id)
}

func write(path string, render func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := render(f); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", path, err)
	}
	return f.Close()
}
