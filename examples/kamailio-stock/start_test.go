package kamailiostock_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"ringproof/internal/outsider"
)

const (
	proxyAt  = "127.0.0.81:5060"
	engineAt = "127.0.0.81:22222"
	// answersWithin bounds the wait for the first answer of either.
	answersWithin = 10 * time.Second
)

// edit changes the one place in a file that reads old.
type edit struct{ file, old, changed string }

// product is Kamailio with Debian's kamailio.cfg, and rtpengine, as README.md
// starts them but for what is said here.
type product struct {
	edits []edit
	off   []string // switches that are not given
	media string   // rtpengine's interface
}

// start runs both until the test ends, and returns when they answer.
func (p product) start(t *testing.T) {
	t.Helper()
	kamailio, rtpengine := outsider.Need(t, "kamailio"), outsider.Need(t, "rtpengine")
	dir := p.folder(t)
	if p.media == "" {
		p.media = "127.0.0.81"
	}
	const ping = "1 d7:command4:pinge" // rtpengine's own protocol: a cookie, and bencode
	options := outsider.Options("127.0.0.81")
	outsider.Free(t, engineAt, ping)
	outsider.Free(t, proxyAt, options)
	engine := exec.Command(rtpengine, "--foreground", "--log-stderr", "--log-level=4", "--table=-1", "--num-threads=1", "--interface="+p.media,
		"--listen-ng="+engineAt, "--port-min=34000", "--port-max=35999", "--pidfile="+filepath.Join(dir, "rtpengine.pid"))
	engine.Dir = dir
	outsider.Start(t, engine).Answers(engineAt, ping, answersWithin)

	args := []string{"-f", "stock.cfg", "-DD", "-E", "-m", "64", "-M", "8", "-Y", dir, "-A", `DBURL="text://` + filepath.Join(dir, "dbtext") + `"`}
	for _, name := range []string{"WITH_AUTH", "WITH_IPAUTH", "WITH_USRLOCDB", "WITH_ALIASDB", "WITH_NAT", "WITH_RTPENGINE", "WITH_RELAY"} {
		if !slices.Contains(p.off, name) {
			args = append(args, "-A", name)
		}
	}
	proxy := exec.Command(kamailio, args...)
	proxy.Dir = dir
	outsider.Start(t, proxy).Answers(proxyAt, options, answersWithin)
}

// folder is a copy of this one, into which Kamailio may write, with the edited
// kamailio.cfg as stock.cfg.
func (p product) folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "dbtext"), os.DirFS("dbtext")); err != nil {
		t.Fatal(err)
	}
	stock, err := configure("")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"stock.cfg": stock, "interconnect.cfg": nil, "kamailio-local.cfg": nil}
	for name, content := range files {
		if content == nil {
			if content, err = os.ReadFile(name); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, e := range p.edits {
		e.apply(t, dir)
	}
	return dir
}

func (e edit) apply(t *testing.T, dir string) {
	t.Helper()
	name := filepath.Join(dir, e.file)
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b, []byte(e.old)); n != 1 {
		t.Fatalf("%s has %d places that read %q, want 1", e.file, n, e.old)
	}
	if err := os.WriteFile(name, bytes.Replace(b, []byte(e.old), []byte(e.changed), 1), 0o600); err != nil {
		t.Fatal(err)
	}
}

// configure gives what ./configure makes of a kamailio.cfg, the installed one
// if it is not named.
func configure(file string) ([]byte, error) {
	args := []string{"configure"}
	if file != "" {
		args = append(args, file)
	}
	return exec.Command("sh", args...).Output()
}
