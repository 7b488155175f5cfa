package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"ringproof/reports"
	"ringproof/reports/record"
	"ringproof/steps"
	"ringproof/steps/target"
	"ringproof/steps/target/container"
	"ringproof/steps/target/process"
)

// system is one that is run as it is.
type system struct {
	name    string
	title   string // as a reader calls it
	example string // its folder
	// env is what its start script is told, "NAME=value"; empty is nothing.
	env string
	// prepare makes what the start needs and .ci/setup does not make.
	prepare func(context.Context) error
	// accept runs the suite in another way than by the folder's site.yaml.
	accept func(s system, ctx context.Context, out string) error
}

// systems are in the order of the columns.
var systems = []system{
	{name: "kamailio", title: "Kamailio 5.6, a configuration of ours", example: "kamailio"},
	{name: "kamailio-stock", title: "Kamailio 5.6 as Debian configures it, with rtpengine", example: "kamailio-stock"},
	{name: "kamailio-no-media", title: "Kamailio 5.6 as Debian configures it, alone", example: "kamailio-stock", env: "RINGPROOF_RTPENGINE=no"},
	{name: "asterisk-16", title: "Asterisk 16, chan_pjsip", example: "asterisk"},
	{name: "asterisk-22", title: "Asterisk 22, chan_pjsip", example: "asterisk", env: "RINGPROOF_ASTERISK=22", prepare: asterisk22},
	{name: "pair", title: "Kamailio 5.6 and Asterisk 16, connected", example: "pair"},
	{name: "private", title: "Kamailio 5.6, rtpengine, phones behind a NAT", example: "private", accept: tested("TestPhonesBehindNATAreAccepted")},
	{name: "phones", title: "Linphone 5.1 and baresip 1.0 at the reference switch", example: "outsiders", accept: tested("TestRealPhones")},
	{name: "container", title: "the reference switch, in a container", example: "container", prepare: image},
}

// within bounds the run of one system.
const within = 6 * time.Minute

// notInstalledError says why a system cannot be run on this machine.
type notInstalledError struct{ why string }

func (e *notInstalledError) Error() string { return e.why }

// run runs the whole suite against a system, and leaves the report in out.
func (s system) run(ctx context.Context, out string) (*record.Run, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	if s.prepare != nil {
		if err := s.prepare(ctx); err != nil {
			return nil, err
		}
	}
	if s.accept == nil {
		s.accept = system.suite
	}
	if err := s.accept(s, ctx, out); err != nil {
		return nil, err
	}
	r, err := record.Read(out)
	if err != nil {
		return nil, err
	}
	return r, reports.Write(out, r)
}

// suite runs the profile of the system's folder.
func (s system) suite(ctx context.Context, out string) error {
	if name, value, told := strings.Cut(s.env, "="); told {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
		defer func() { _ = os.Unsetenv(name) }()
	}
	profile := filepath.Join("examples", s.example, "site.yaml")
	t, err := target.New(target.Config{Profile: profile}, process.Start, container.Start)
	if err != nil {
		return err
	}
	h, err := steps.New(steps.Suite{Profile: profile, Target: t, Out: out, Tool: "examples/interop"})
	if err != nil {
		return err
	}
	_, err = h.Run(ctx)
	return err
}

// tested has a test of the folder run it, which makes the namespaces.
func tested(name string) func(system, context.Context, string) error {
	return func(s system, ctx context.Context, out string) error {
		out, err := filepath.Abs(out)
		if err != nil {
			return err
		}
		cmd := exec.CommandContext(ctx, "go", "test", "-count=1", "-run", "^"+name+"$", "./examples/"+s.example)
		cmd.Env = append(os.Environ(), "RINGPROOF_OUT="+out, "RINGPROOF_REQUIRE=kamailio,rtpengine,ip,nft,netns,baresip,linphonec")
		said, err := cmd.CombinedOutput()
		if _, missing := os.Stat(filepath.Join(out, record.RunFile)); missing == nil {
			return nil // the record tells what came of it
		}
		return fmt.Errorf("no record: %w\n%s", err, said)
	}
}

// image builds the container's.
func image(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "ringproof-image")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	build := exec.CommandContext(ctx, "go", "build", "-o", filepath.Join(dir, "ringproof"), "./cmd/ringproof")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	if out, err := exec.CommandContext(ctx, "docker", "build", "-q", "-t", "ringproof-switch", "-f", "examples/container/Dockerfile", dir).CombinedOutput(); err != nil {
		return &notInstalledError{fmt.Sprintf("docker build: %v: %s", err, strings.TrimSpace(string(out)))}
	}
	return nil
}

// asterisk22 makes the chroot of a version that is in no stable Debian: where
// it does not install, nothing is wrong here.
func asterisk22(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "examples/asterisk/setup.sh", "22", "sid").CombinedOutput()
	if errors.Is(err, context.DeadlineExceeded) || ctx.Err() != nil {
		return &notInstalledError{"its chroot was not made in time"}
	}
	if err != nil {
		return &notInstalledError{strings.TrimSpace(string(out))}
	}
	return nil
}
