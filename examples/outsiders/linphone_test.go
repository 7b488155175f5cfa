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
	"sync"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/refswitch"
)

// The configuration of Linphone's command-line phone: one address for SIP and
// media, G.711 alone, nothing done to the sound, and no eye on the machine's
// other networks (it then registers only if that is said as well).
const linphonerc = `
[sip]
bind_address=ADDRESS
sip_port=-1
sip_tcp_port=0
sip_tls_port=0
auto_net_state_mon=0
register_only_when_network_is_up=0
default_proxy=0
[proxy_0]
reg_proxy=<sip:REGISTRAR;transport=udp>
reg_identity=sip:USER@REGISTRAR
reg_expires=60
reg_sendregister=1
[auth_info_0]
username=USER
passwd=pass-USER
[rtp]
bind_address=ADDRESS
audio_rtp_port=16384-32766
rtcp_xr_enabled=0
rtcp_fb_implicit_rtcp_fb=0
[misc]
add_missing_audio_codecs=0
[audio_codec_0]
mime=PCMA
rate=8000
channels=1
enabled=1
[audio_codec_1]
mime=PCMU
rate=8000
channels=1
enabled=1
[sound]
features=REMOTE_PLAYING
`

// linphone starts the phone at an address of its own. It registers as a user,
// plays a voice, answers by itself, does what the command says, and
// records what it hears in dir; the recording is whole when it has ended.
func linphone(t *testing.T, dir, at, registrar string, who user, command string) (end func()) {
	t.Helper()
	path := outsider.Need(t, "linphonec")
	wav(t, filepath.Join(dir, "voice.wav"), who.voice)
	config := filepath.Join(dir, "linphonerc")
	text := strings.NewReplacer("ADDRESS", at, "REGISTRAR", registrar, "USER", who.name).Replace(linphonerc)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	// Without a folder for its databases it does not listen.
	if err := os.MkdirAll(filepath.Join(dir, ".local/share/linphone"), 0o700); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "-c", config, "-d", "6", "-l", filepath.Join(dir, "log"))
	cmd.Env = []string{"HOME=" + dir, "PULSE_RUNTIME_PATH=" + dir, "TERM=dumb"}
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	// These wait for it, so that it reads them before it looks for calls. No
	// line of its configuration puts files in the place of a sound card.
	if _, err := fmt.Fprintf(stdin, "soundcard use files\nplay %s\nrecord %s\nautoanswer enable\n%s\n",
		filepath.Join(dir, "voice.wav"), filepath.Join(dir, "linphone-dec.wav"), command); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		_, _ = fmt.Fprintln(stdin, "quit")
		late := time.AfterFunc(2*time.Second, func() { _ = cmd.Process.Kill() })
		defer late.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("linphonec does not end: %v", err)
		}
	})
	t.Cleanup(func() {
		end()
		if t.Failed() {
			detail, _ := os.ReadFile(filepath.Join(dir, "log"))
			t.Logf("%s\n%s", log.String(), detail)
		}
	})
	return end
}

func TestLinphoneCallsOurPhone(t *testing.T) {
	outsider.Need(t, "linphonec")
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	sw, p := open(t, refswitch.Config{Listen: netip.MustParseAddrPort("127.0.0.50:0")}, "127.0.0.54")
	end := linphone(t, dir, "127.0.0.52", sw.Addr().String(), program, "call 1001")
	c, err := p.Arrival(ctx)
	if err != nil {
		t.Fatalf("linphonec does not call: %v", err)
	}
	hears(ctx, t, c, "the program")
	if err := c.Hangup(ctx); err != nil {
		t.Error(err)
	}
	over(ctx, t, c)
	end()
	if d := recorded(t, dir); d < enough {
		t.Errorf("linphonec heard our phone for %s, want %s", d, enough)
	}
}

func TestOurPhoneCallsLinphone(t *testing.T) {
	outsider.Need(t, "linphonec")
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	sw, p := open(t, refswitch.Config{Listen: netip.MustParseAddrPort("127.0.0.50:0")}, "127.0.0.54")
	end := linphone(t, dir, "127.0.0.52", sw.Addr().String(), program, "")
	talk(ctx, t, p)
	end()
	if d := recorded(t, dir); d < enough {
		t.Errorf("linphonec heard our phone for %s, want %s", d, enough)
	}
}
