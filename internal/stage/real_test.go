package stage

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringproof/internal/site"
	"ringproof/simulators/media"
)

const enough = 400 * time.Millisecond

// kit is a phone's directory.
type kit struct {
	t   *testing.T
	dir string
}

func (k kit) write(name string, b []byte) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.dir, name), b, 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func (k kit) recorded() Recordings {
	return RealPhone{Records: k.dir, plays: 5}.Recorded()
}

// since gives what is heard at one look.
func (before Recordings) since(v media.Voice) Recording {
	l := before.listen(v, enough)
	l.look(context.Background())
	return l.recording()
}

// joined is one call behind the other.
func joined(a, b media.Voice, d time.Duration) []byte {
	out := append(media.WAV(a, d), media.WAV(b, d)[44:]...)
	binary.LittleEndian.PutUint32(out[40:], uint32(len(out)-44))
	return out
}

// What a phone recorded before a call is none of it, in whatever file.
func TestOnlyWhatIsNewIsARecordingOfTheCall(t *testing.T) {
	k := kit{t, t.TempDir()}
	k.write("old.wav", media.WAV(3, 2*time.Second))
	k.write("all.WAV", media.WAV(3, 2*time.Second))
	k.write("notes.txt", []byte("voice 3"))
	before := k.recorded()

	if r := before.since(3); len(r.Files) != 0 || r.Trouble != "" {
		t.Errorf("nothing is new, got %+v", r)
	}
	k.write("all.WAV", joined(3, 7, 2*time.Second))
	if r := before.since(3); len(r.Files) != 1 || r.Heard != 0 || r.Trouble != "" {
		t.Errorf("voice 3 was there before, got %+v", r)
	}
	if r := before.since(7); len(r.Files) != 1 || r.Heard < time.Second || r.Took > 2100*time.Millisecond {
		t.Errorf("voice 7 was appended, got %+v", r)
	}
	k.write("broken.wav", []byte("RIFF"))
	if r := before.since(3); len(r.Files) != 1 || r.Trouble != "broken.wav: no WAV file" {
		t.Errorf("a file cannot be read, got %+v", r)
	}
	k.write("new.wav", media.WAV(9, 2*time.Second))
	if r := before.since(9); len(r.Files) != 2 || filepath.Base(r.Files[0]) != "new.wav" || r.Heard < time.Second || r.Trouble != "" {
		t.Errorf("voice 9 is in a file of its own, got %+v", r)
	}
	if r := (RealPhone{Records: filepath.Join(k.dir, "none")}).Recorded().since(9); len(r.Files) != 0 || !strings.Contains(r.Trouble, "none") {
		t.Errorf("no directory, got %+v", r)
	}
}

// A phone that has one file for all calls, and writes it anew.
func TestFileThatIsWrittenAnewIsReadFromItsStart(t *testing.T) {
	for name, d := range map[string]time.Duration{"longer": 5200 * time.Millisecond, "as long": 5 * time.Second, "shorter": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			k := kit{t, t.TempDir()}
			k.write("rec.wav", media.WAV(7, 5*time.Second))
			old := time.Now().Add(-time.Minute)
			if err := os.Chtimes(filepath.Join(k.dir, "rec.wav"), old, old); err != nil {
				t.Fatal(err)
			}
			before := k.recorded()
			k.write("rec.wav", media.WAV(9, d))
			if r := before.since(9); len(r.Files) != 1 || r.Heard < 3*time.Second || r.Took != d {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// An older recording that comes into the directory is none of the call.
func TestRecordingOfAnEarlierCallDoesNotCount(t *testing.T) {
	k, elsewhere := kit{t, t.TempDir()}, t.TempDir()
	old := filepath.Join(elsewhere, "yesterday.wav")
	if err := os.WriteFile(old, media.WAV(9, 5*time.Second), 0o600); err != nil {
		t.Fatal(err)
	}
	before := k.recorded()
	then := before.began.Add(-24 * time.Hour)
	if err := errors.Join(os.Chtimes(old, then, then), os.Rename(old, filepath.Join(k.dir, "yesterday.wav"))); err != nil {
		t.Fatal(err)
	}
	if r := before.since(9); len(r.Files) != 0 || !strings.Contains(r.Trouble, "yesterday.wav was last changed 24h0m0s before the call began") {
		t.Errorf("got %+v", r)
	}
	// Times that are kept in steps of 2 s seem earlier than they are.
	then = before.began.Add(-1900 * time.Millisecond)
	if err := os.Chtimes(filepath.Join(k.dir, "yesterday.wav"), then, then); err != nil {
		t.Fatal(err)
	}
	if r := before.since(9); len(r.Files) != 1 || r.Heard < 4*time.Second {
		t.Errorf("got %+v", r)
	}
	k.write("silent.wav", make([]byte, 100))
	then = before.began.Add(-time.Hour)
	k.write("silent.wav", append(media.WAV(0, time.Second)[:44], make([]byte, 16000)...))
	if err := os.Chtimes(filepath.Join(k.dir, "yesterday.wav"), then, then); err != nil {
		t.Fatal(err)
	}
	if r := before.since(9); len(r.Files) != 1 || r.Heard != 0 || r.Trouble != "" {
		t.Errorf("a recording in which nothing is heard stands for itself, got %+v", r)
	}
}

func TestDirectoryMayBeALink(t *testing.T) {
	k := kit{t, filepath.Join(t.TempDir(), "link")}
	if err := os.Symlink(t.TempDir(), k.dir); err != nil {
		t.Fatal(err)
	}
	before := k.recorded()
	k.write("a.wav", media.WAV(9, 5*time.Second))
	if r := before.since(9); len(r.Files) != 1 || r.Heard < 4*time.Second {
		t.Errorf("got %+v", r)
	}
}

func TestBothDirectionsInOneChannelTellNothing(t *testing.T) {
	k := kit{t, t.TempDir()}
	before := k.recorded()
	mix := media.WAV(0, 4*time.Second)[:44]
	mine, theirs := media.Clip(5, 4*time.Second), media.Clip(20, 4*time.Second)
	for i := range mine {
		mix = binary.LittleEndian.AppendUint16(mix, uint16(mine[i]+theirs[i]))
	}
	k.write("both.wav", mix)
	if r := before.since(20); r.Heard >= enough || !strings.Contains(r.Trouble, "both.wav has both directions in one channel") {
		t.Errorf("got %+v", r)
	}
	k.write("theirs.wav", media.WAV(20, 4*time.Second))
	if r := before.since(20); r.Heard < 3*time.Second || r.Trouble != "" || filepath.Base(r.Files[0]) != "theirs.wav" {
		t.Errorf("got %+v", r)
	}
}

// A header that tells of the first call alone hides the second.
func TestHeaderThatDoesNotGrowTellsNothing(t *testing.T) {
	k := kit{t, t.TempDir()}
	b := media.WAV(7, 5*time.Second)
	k.write("a.wav", b)
	before := k.recorded()
	k.write("a.wav", append(b, media.WAV(9, 5*time.Second)[44:]...))
	if r := before.since(9); len(r.Files) != 0 || !strings.Contains(r.Trouble, "a.wav: its header says that its sound ends at byte 80044 of 160044") {
		t.Errorf("got %+v", r)
	}
}

// What was read is not read again, and what comes is added to it.
func TestRecordingIsReadAsItGrows(t *testing.T) {
	k := kit{t, t.TempDir()}
	whole := media.WAV(9, 4*time.Second)
	l := k.recorded().listen(9, enough)
	for _, size := range []int{20, 44, 3001, 20000, 20000, len(whole)} {
		k.write("a.wav", whole[:size])
		l.look(t.Context())
		if f := l.files[filepath.Join(l.before.phone.Records, "a.wav")]; f == nil || f.err == nil && f.next != int64(max(size-44, 0)) {
			t.Fatalf("%d bytes are written, read %+v", size, f)
		}
	}
	if r := l.recording(); r.Heard < 3*time.Second || r.Took != 4*time.Second {
		t.Errorf("got %+v", r)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	again := l.before.listen(9, enough)
	again.look(over)
	if r := again.recording(); r.Took != 0 || r.Trouble != "" {
		t.Errorf("read %s though the run is over, %s", r.Took, r.Trouble)
	}
}

// Somebody must be left to call the phones.
func TestRealPhonesDoNotTakeAllVoices(t *testing.T) {
	s := profileWith(t, media.Voices)
	if err := Sounds(s); err == nil || !strings.Contains(err.Error(), "want one that none of them plays") {
		t.Errorf("got %v", err)
	}
	if err := Sounds(profileWith(t, media.Voices-1)); err != nil {
		t.Error(err)
	}
}

// profileWith gives a site with so many programs, each with a voice of its own.
func profileWith(t *testing.T, n int) *site.Site {
	t.Helper()
	k := kit{t, t.TempDir()}
	var s site.Site
	for v := range n {
		name := fmt.Sprintf("%d.wav", v)
		k.write(name, media.WAV(media.Voice(v), 2*time.Second))
		s.Real = append(s.Real, site.Account{User: name, Phone: site.RealPhone{Plays: filepath.Join(k.dir, name), Records: k.dir}})
	}
	return &s
}
