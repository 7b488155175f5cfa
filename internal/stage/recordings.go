package stage

import (
	"context"
	"crypto/sha256"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"ringproof/simulators/media"
)

// Recordings are what a phone had recorded when a call began.
type Recordings struct {
	phone RealPhone
	began time.Time
	files map[string]kept
}

// kept is what a file held when a call began.
type kept struct {
	info os.FileInfo
	// sound is how many bytes of sound it had; sum is what some of them came
	// to, so many from a place in the sound on.
	sound      int64
	from, size int64
	sum        [sha256.Size]byte
}

// compared is how much of a file's old sound is compared at most, in bytes: that
// of nine minutes at 8000 Hz, so that a recording of days holds nobody up.
const compared = 8 << 20

// coarse is how much before the call a file of it may seem to have been changed:
// FAT keeps times in steps of 2 s, rounded down, and a file server has a clock
// of its own.
const coarse = 2 * time.Second

// Recorded gives what the phone has recorded.
func (p RealPhone) Recorded() Recordings {
	r := Recordings{p, time.Now(), map[string]kept{}}
	if p.Held {
		return r
	}
	found, _ := p.found(context.Background()) // what cannot be read now was not there
	for path, info := range found {
		r.files[path] = keep(path, info)
	}
	return r
}

// found gives the WAV files in the phone's directory and those below. The
// directory itself may be a link.
func (p RealPhone) found(ctx context.Context) (map[string]os.FileInfo, error) {
	out := map[string]os.FileInfo{}
	root, err := filepath.EvalSymlinks(p.Records)
	if err != nil {
		return out, err
	}
	return out, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if path == root && err != nil {
			return err
		}
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".wav") {
			return nil //nolint:nilerr // what cannot be read is no recording
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			out[path] = info
		}
		return nil
	})
}

// keep reads what a file holds by now; one that is no recording holds nothing.
func keep(path string, info os.FileInfo) kept {
	k := kept{info: info}
	f, err := os.Open(path)
	if err != nil {
		return k
	}
	defer f.Close()
	l, err := media.ReadLayout(f, info.Size())
	if err != nil {
		return k
	}
	k.size = min(l.End-l.Start, compared)
	k.from = l.End - l.Start - k.size
	if k.sum, err = digest(f, l.Start+k.from, k.size); err != nil {
		return k
	}
	// What stands behind the end that its header gives belongs to it too, for
	// its writer may not have come back to say how much there is.
	k.sound = info.Size() - l.Start
	k.sound -= k.sound % l.Block()
	return k
}

// begins gives where in the sound of a file that call's begins: behind what was
// there before, or at its start where that is there no more.
func (k kept) begins(r io.ReaderAt, l media.Layout) int64 {
	if k.sound == 0 || l.End-l.Start < k.from+k.size {
		return 0
	}
	if sum, err := digest(r, l.Start+k.from, k.size); err != nil || sum != k.sum {
		return 0
	}
	return k.sound
}

// digest gives the SHA-256 of a part of a file.
func digest(r io.ReaderAt, at, size int64) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	n, err := io.Copy(h, io.NewSectionReader(r, at, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	copy(sum[:], h.Sum(nil))
	return sum, err
}
