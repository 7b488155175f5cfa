package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"ringproof/simulators/media"
)

func voiceCommand() *cobra.Command {
	var number int
	var length time.Duration
	c := &cobra.Command{
		Use:   "voice FILE.wav",
		Short: "Write a voice for a softphone to play, which a run recognises",
		Args:  args(1),
		RunE: func(c *cobra.Command, a []string) error {
			switch {
			case number < 0 || number >= media.Voices:
				return &usageError{fmt.Errorf("--number %d: want 0 to %d", number, media.Voices-1)}
			case length < 2*time.Second || length > time.Hour:
				return &usageError{fmt.Errorf("--length %s: want 2s to 1h", length)}
			}
			if err := replaceable(a[0]); err != nil {
				return &usageError{err}
			}
			v := media.Voice(number)
			if err := os.WriteFile(a[0], media.WAV(v, length), 0o644); err != nil {
				return &usageError{err}
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: voice %d, %s, for %s\n", a[0], number, v, length)
			return nil
		},
	}
	c.Flags().IntVar(&number, "number", 0, "which voice; each phone is to have its own")
	c.Flags().DurationVar(&length, "length", time.Minute, "how long it speaks")
	return c
}

// replaceable tells whether a voice may be written there: where there is no file,
// or one with a voice of ours.
func replaceable(path string) error {
	if !strings.EqualFold(filepath.Ext(path), ".wav") {
		return fmt.Errorf("%s: want a name that ends in .wav", path)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is no file: want one to write the voice to", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if r, err := media.ReadWAV(b); err == nil {
		if _, ours := r.Voice(); ours {
			return nil
		}
	}
	return fmt.Errorf("%s is there, with something else in it than a voice of ours: want another name", path)
}
