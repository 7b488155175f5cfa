package outsider_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ringproof/internal/outsider"
)

// It is tried in a program of its own, in which nothing begins after it.
func TestContextEndsWithCtrlC(t *testing.T) {
	const alone = "RINGPROOF_TEST_CTRL_C"
	if os.Getenv(alone) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestContextEndsWithCtrlC$")
		cmd.Env = append(os.Environ(), alone+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	ctx := outsider.Context(t, time.Minute)
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("Ctrl-C did not end it")
	}
}

func TestProgramIsKilledWithWhatItStarted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	t.Run("the test that started it", func(t *testing.T) {
		outsider.Start(t, exec.Command("sh", "-c", "sleep 60 & echo $! > "+file+".new; mv "+file+".new "+file+"; wait"))
		for range 100 {
			if _, err := os.Stat(file); err == nil {
				return
			}
			<-time.After(50 * time.Millisecond)
		}
		t.Fatal("it did not start")
	})
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	pid := strings.TrimSpace(string(text))
	for range 100 {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") { // nobody may have asked for its end yet
			return
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Errorf("process %s is left", pid)
}

func TestProgramAnswers(t *testing.T) {
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		buf := make([]byte, 2_048)
		for {
			_, from, err := c.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = c.WriteTo([]byte("SIP/2.0 200 OK\r\n\r\n"), from)
		}
	}()
	outsider.Start(t, exec.Command("sleep", "60")).Answers(c.LocalAddr().String(), outsider.Options("127.0.0.1"), 10*time.Second)
}
