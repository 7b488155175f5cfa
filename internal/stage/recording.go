package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"ringproof/simulators/media"
)

// Recording is what a real phone recorded of a call.
type Recording struct {
	Files       []string
	Heard, Took time.Duration // of the voice, and of all
	// Trouble is why a file that may be a recording tells nothing, or why there
	// is none.
	Trouble string
}

// look is how often it is looked whether a phone has written what it heard.
const look = 100 * time.Millisecond

// Since waits until a party of ours is heard for long enough in what the phone
// has recorded since, or for the bound.
func (before Recordings) Since(ctx context.Context, bound time.Duration, party string, enough time.Duration) Recording {
	ctx, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	l := before.listen(before.phone.stage.voice(party), enough)
	for {
		l.look(ctx)
		if r := l.recording(); r.Heard >= enough || ctx.Err() != nil {
			return r
		}
		select {
		case <-time.After(look):
		case <-ctx.Done():
		}
	}
}

// listening is to what comes into a phone's directory during a call.
type listening struct {
	before Recordings
	voice  media.Voice
	enough time.Duration
	files  map[string]*written
	err    error // of the directory
}

func (before Recordings) listen(v media.Voice, enough time.Duration) *listening {
	return &listening{before: before, voice: v, enough: enough, files: map[string]*written{}}
}

// look reads what was written since it was looked last. Where ctx ends, the rest
// is left.
func (l *listening) look(ctx context.Context) {
	found, err := l.before.phone.found(ctx)
	if ctx.Err() != nil {
		return
	}
	if l.err = err; err != nil {
		return
	}
	for path, info := range found {
		was, old := l.before.files[path]
		if old && unchanged(was.info, info) {
			continue
		}
		f := l.files[path]
		switch {
		case f == nil || info.Size() < f.info.Size() || !os.SameFile(f.info, info):
			f = &written{path: path}
			l.files[path] = f
		case unchanged(f.info, info):
			continue
		}
		f.info, f.early, f.err = info, l.before.began.Sub(info.ModTime()), nil
		if f.early <= coarse {
			f.err = f.read(ctx, was)
		}
	}
}

func unchanged(was, is os.FileInfo) bool {
	return was.Size() == is.Size() && was.ModTime().Equal(is.ModTime()) && os.SameFile(was, is)
}

// recording takes the file in which the voice is heard longest: a phone may keep
// each direction in a file of its own, and append one call to the other.
func (l *listening) recording() (r Recording) {
	var dumb, late string // why files tell nothing, and why others are none
	for _, path := range slices.Sorted(maps.Keys(l.files)) {
		f := l.files[path]
		name := filepath.Base(path)
		switch {
		case f.early > coarse:
			late = fmt.Sprintf("%s was last changed %s before the call began; it is an older one, or the clock where it is kept is behind", name, f.early.Round(time.Second))
			continue
		case f.err != nil:
			dumb = fmt.Sprintf("%s: %s", name, f.err)
			continue
		case f.recording.Took() <= 0:
			continue
		}
		heard := f.recording.Heard(l.voice)
		if heard < l.enough && f.recording.Mixed(l.before.phone.plays, l.voice) {
			dumb = name + " has both directions in one channel, which hide each other: want each in a channel or a file of its own"
		}
		if r.Files = append(r.Files, path); heard > r.Heard || len(r.Files) == 1 {
			r.Heard, r.Took = heard, f.recording.Took()
			r.Files[0], r.Files[len(r.Files)-1] = path, r.Files[0]
		}
	}
	switch {
	case r.Heard >= l.enough:
	case dumb != "":
		r.Trouble = dumb
	case len(r.Files) == 0 && l.err != nil:
		r.Trouble = l.err.Error()
	case len(r.Files) == 0:
		r.Trouble = late
	}
	return r
}

// written is a file that was written during a call.
type written struct {
	path      string
	info      os.FileInfo   // when it was looked at last
	early     time.Duration // that it was changed before the call began
	layout    media.Layout
	next      int64 // in its sound, in bytes
	recording *media.Recording
	err       error // why it tells nothing
}

// piece is how much is read at once, in bytes.
const piece = 1 << 18

// read listens to what was not read yet; was is what the file held before the
// call.
func (w *written) read(ctx context.Context, was kept) error {
	f, err := os.Open(w.path)
	if err != nil {
		return err
	}
	defer f.Close()
	l, err := media.ReadLayout(f, w.info.Size())
	if err != nil {
		return err
	}
	if w.recording == nil || !w.layout.Alike(l) {
		w.layout, w.recording, w.next = l, media.NewRecording(l), was.begins(f, l)
	}
	b := make([]byte, piece)
	for w.next < l.End-l.Start && ctx.Err() == nil {
		n, err := f.ReadAt(b[:min(piece, l.End-l.Start-w.next)], l.Start+w.next)
		_, _ = w.recording.Write(b[:n])
		if w.next += int64(n); err != nil && !errors.Is(err, io.EOF) || n == 0 {
			return err
		}
	}
	if was.sound > 0 && w.next == was.sound && w.info.Size() > was.info.Size() {
		return fmt.Errorf("its header says that its sound ends at byte %d of %d, with that of earlier calls: want a header that grows with the file", l.End, w.info.Size())
	}
	return nil
}
