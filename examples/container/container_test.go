package container_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringproof/internal/outsider"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target"
	"ringproof/steps/target/container"
)

// image builds the image that the profile names.
func image(t *testing.T) {
	t.Helper()
	docker := outsider.Need(t, "docker")
	if out, err := exec.CommandContext(t.Context(), docker, "info").CombinedOutput(); err != nil {
		outsider.Missing(t, "docker", strings.TrimSpace(string(out)))
	}
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "ringproof"), "../../cmd/ringproof")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := exec.CommandContext(t.Context(), docker, "build", "-q", "-t", "ringproof-switch", "-f", "Dockerfile", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// run runs a part of the suite against a profile beside the example's.
func run(t *testing.T, profile, tags string) (*record.Run, string) {
	t.Helper()
	x, err := target.New(target.Config{Profile: profile}, container.Start)
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	h, err := steps.New(steps.Suite{Profile: profile, Target: x, Tags: tags, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	r, err := h.Run(outsider.Context(t, 4*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return r, out
}

func TestTheSwitchInAContainer(t *testing.T) {
	image(t)
	r, out := run(t, "site.yaml", "@id:peer.audio,@id:reg.audio,@id:fallback,@id:camera.prefix")
	if r.Verdict != record.Accepted {
		t.Errorf("%s (%s)", r.Verdict, r.Why)
	}
	b, err := os.ReadFile(filepath.Join(out, "logs", "switch.log"))
	if err != nil || !strings.Contains(string(b), "127.0.0.111:5060") {
		t.Errorf("the container's log has %q, %v", b, err)
	}
	if left, err := exec.CommandContext(t.Context(), "docker", "ps", "-aq", "--filter", "ancestor=ringproof-switch").Output(); err != nil || len(left) > 0 {
		t.Errorf("left: %s, %v", left, err)
	}
}

// In a network that is made for it, and gone with it.
func TestTheSwitchInANetworkOfItsOwn(t *testing.T) {
	image(t)
	r, _ := run(t, "network.yaml", "@id:reg.audio,@id:busy,@id:release.by-caller")
	if r.Verdict != record.Accepted {
		t.Errorf("%s (%s)", r.Verdict, r.Why)
	}
	for _, m := range r.Messages {
		if !m.Sent && m.Remote.String() != "198.18.40.10:5060" {
			t.Errorf("a message from %s", m.Remote)
		}
	}
	left, err := exec.CommandContext(t.Context(), "docker", "network", "ls", "-q", "--filter", "label=org.testcontainers=true").Output()
	if err != nil || len(left) > 0 {
		t.Errorf("networks left: %s, %v", left, err)
	}
}

// A container that does not start says why.
func TestAContainerThatEndsSaysWhy(t *testing.T) {
	image(t)
	b, err := os.ReadFile("site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ was, is, want string }{
		"it ends":           {"/site/site.yaml]", "/site/no-such.yaml]", "no-such.yaml"},
		"there is no image": {"image: ringproof-switch", "image: ringproof-no-such-image", "no image ringproof-no-such-image on this machine"},
	} {
		t.Run(name, func(t *testing.T) {
			profile := strings.Replace(string(b), x.was, x.is, 1)
			if profile == string(b) {
				t.Fatalf("the profile has no %q", x.was)
			}
			profile = strings.ReplaceAll(profile, "../kamailio", filepath.Join(dir(t), "kamailio"))
			path := filepath.Join(t.TempDir(), "site.yaml")
			if err := os.WriteFile(path, []byte(profile), 0o600); err != nil {
				t.Fatal(err)
			}
			r, _ := run(t, path, "@id:peer.audio")
			if r.Verdict != record.Invalid || !strings.Contains(r.Why, x.want) {
				t.Errorf("%s (%s), want %q in it", r.Verdict, r.Why, x.want)
			}
		})
	}
}

// dir is that of all examples.
func dir(t *testing.T) string {
	t.Helper()
	d, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	return d
}
