package outsiders_test

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/refswitch"
	"ringproof/simulators/media"
)

// The two ends of a cable of the test's own (RFC 2544's addresses): baresip
// tells the address of its interface, and will have no loopback.
const (
	near = "198.18.7.1"
	far  = "198.18.7.2"
	also = "198.18.7.3" // at the near end
)

// enough of our voice in a recording that stops with the call.
const enough = 500 * time.Millisecond

// namespace makes a network namespace with a cable to it.
func namespace(t *testing.T) string {
	t.Helper()
	ip := outsider.Need(t, "ip")
	name := fmt.Sprintf("ringproof-%d", os.Getpid())
	do := func(args string) {
		if out, err := exec.Command(ip, strings.Fields(args)...).CombinedOutput(); err != nil {
			outsider.Missing(t, "netns", fmt.Sprintf("ip %s: %v: %s", args, err, out))
		}
	}
	do("netns add " + name)
	t.Cleanup(func() {
		_ = exec.Command(ip, "link", "del", "ringproof0").Run() // the namespace would let go of it later
		_ = exec.Command(ip, "netns", "del", name).Run()
	})
	do("link add ringproof0 type veth peer name ringproof1 netns " + name)
	do("addr add " + near + "/29 dev ringproof0")
	do("addr add " + also + "/29 dev ringproof0")
	do("link set ringproof0 up")
	do("-n " + name + " addr add " + far + "/29 dev ringproof1")
	do("-n " + name + " link set ringproof1 up")
	do("-n " + name + " link set lo up")
	return name
}

// wav writes a voice as a file that players read.
func wav(t *testing.T, path string, v media.Voice) {
	t.Helper()
	if err := os.WriteFile(path, media.WAV(v, 20*time.Second), 0o600); err != nil {
		t.Fatal(err)
	}
}

// user is who a program registers as, and the voice that it plays.
type user struct {
	name  string
	voice media.Voice
}

// program is the one that our phone talks to.
var program = user{"1002", theirs}

// baresip starts the phone in the namespace, registered as a user; it plays a
// voice, answers by itself, and records what it hears in dir.
func baresip(t *testing.T, ns, dir, registrar string, who user, args ...string) {
	t.Helper()
	path := outsider.Need(t, "baresip")
	wav(t, filepath.Join(dir, "voice.wav"), who.voice)
	config := strings.NewReplacer("DIR", dir, "FAR", far).Replace(`
module_path /usr/lib/baresip/modules
sip_listen FAR:5060
audio_source aufile,DIR/voice.wav
audio_player aubridge,sink
audio_alert aubridge,sink
snd_path DIR
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module_tmp account.so
module_app menu.so
`)
	account := fmt.Sprintf("<sip:%[1]s@%[2]s;transport=udp>;auth_user=%[1]s;auth_pass=pass-%[1]s;answermode=auto;regint=60;audio_codecs=PCMA\n", who.name, registrar)
	for name, text := range map[string]string{"config": config, "accounts": account, "contacts": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args = append([]string{"netns", "exec", ns, path, "-f", dir, "-t", "60"}, args...)
	cmd := exec.Command("ip", args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
}

// recorded gives how long our voice is in the files that baresip recorded.
func recorded(t *testing.T, dir string) time.Duration {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*-dec.wav"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording: %v", err)
	}
	var d time.Duration
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := media.ReadWAV(b)
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		d += r.Heard(ours)
	}
	return d
}

func TestBaresipCallsOurPhone(t *testing.T) {
	outsider.Need(t, "baresip")
	ns, dir := namespace(t), t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	sw, p := open(t, refswitch.Config{Listen: netip.MustParseAddrPort(near + ":0")}, near)
	baresip(t, ns, dir, sw.Addr().String(), program, "-e", "/dial 1001")
	c, err := p.Arrival(ctx)
	if err != nil {
		t.Fatalf("baresip does not call: %v", err)
	}
	hears(ctx, t, c, "the program")
	if err := c.Hangup(ctx); err != nil {
		t.Error(err)
	}
	over(ctx, t, c)
	if d := recorded(t, dir); d < enough {
		t.Errorf("baresip heard our phone for %s, want %s", d, enough)
	}
}

func TestOurPhoneCallsBaresip(t *testing.T) {
	outsider.Need(t, "baresip")
	ns, dir := namespace(t), t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	sw, p := open(t, refswitch.Config{Listen: netip.MustParseAddrPort(near + ":0")}, near)
	baresip(t, ns, dir, sw.Addr().String(), program)
	talk(ctx, t, p)
	if d := recorded(t, dir); d < enough {
		t.Errorf("baresip heard our phone for %s, want %s", d, enough)
	}
}
