// Package container starts a system under test that is a container of this
// machine's Docker. It alone knows testcontainers.
package container

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/moby/moby/api/types/container"
	api "github.com/moby/moby/api/types/network"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/log"
	"github.com/testcontainers/testcontainers-go/network"

	"ringproof/internal/site"
	"ringproof/steps"
	"ringproof/steps/target"
)

// Start starts the container of a system; none where the profile names none. It
// stands on the network of this machine, or on one that is made for it, without
// a mapping between: the addresses that it names in Via, Contact and SDP are its
// own. It is a [target.Starter].
func Start(ctx context.Context, y site.System, dir string, s steps.Surroundings) ([]target.Program, error) {
	c := y.Container
	if c.Image == "" {
		return nil, nil
	}
	if err := alone(); err != nil {
		return nil, err
	}
	docker, err := testcontainers.NewDockerClientWithOpts(ctx)
	if err != nil {
		return nil, fmt.Errorf("no Docker on this machine: %w", err)
	}
	if _, err := docker.ImageInspect(ctx, c.Image); err != nil {
		return nil, errors.Join(fmt.Errorf("no image %s on this machine, and none is fetched (docker images shows which are): %w", c.Image, err), docker.Close())
	}
	out, err := s.Keep(y.Name)
	if err != nil {
		return nil, errors.Join(err, docker.Close())
	}
	p := &program{image: c.Image, docker: docker, out: out, last: &target.Tail{Next: out}, over: make(chan struct{})}
	request := testcontainers.ContainerRequest{
		Image: c.Image, Cmd: c.Command,
		HostConfigModifier: func(h *container.HostConfig) {
			if !c.Network.IsValid() {
				h.NetworkMode = "host"
			}
			h.Binds = binds(dir, c.Mounts)
		},
		LogConsumerCfg: &testcontainers.LogConsumerConfig{Consumers: []testcontainers.LogConsumer{p}},
	}
	if c.Network.IsValid() {
		if err := p.stands(ctx, &request, c.Network, y.SIP.Addr.Addr()); err != nil {
			return nil, errors.Join(fmt.Errorf("network %s: %w", c.Network, err), out.Close(), docker.Close())
		}
	}
	p.c, err = testcontainers.GenericContainer(ctx, testcontainers.GenericContainerRequest{
		ContainerRequest: request, Started: true, Logger: log.NewNoopLogger(),
	})
	if p.c == nil {
		return nil, errors.Join(fmt.Errorf("container of %s: %w", c.Image, err), p.leave(ctx), out.Close(), docker.Close())
	}
	go p.wait()
	if err != nil {
		return []target.Program{p}, fmt.Errorf("container of %s: %w\n%s", c.Image, err, p.last)
	}
	s.Note(y.Name, "started: container "+p.c.GetContainerID()[:12]+" of "+c.Image)
	return []target.Program{p}, nil
}

// stands makes a network, in which the container is to have an address.
func (p *program) stands(ctx context.Context, request *testcontainers.ContainerRequest, prefix netip.Prefix, at netip.Addr) (err error) {
	p.net, err = network.New(ctx, network.WithIPAM(&api.IPAM{Config: []api.IPAMConfig{{Subnet: prefix, Gateway: prefix.Addr().Next()}}}))
	if err != nil {
		return err
	}
	request.Networks = []string{p.net.Name}
	request.EndpointSettingsModifier = func(all map[string]*api.EndpointSettings) {
		all[p.net.Name].IPAMConfig = &api.EndpointIPAMConfig{IPv4Address: at}
	}
	return nil
}

// leave removes the network that was made for the container.
func (p *program) leave(ctx context.Context) error {
	if p.net == nil {
		return nil
	}
	return p.net.Remove(ctx)
}

// alone has testcontainers say nothing, and start no container of its own
// beside ours, whose image would have to be fetched: we end what we have started.
var alone = sync.OnceValue(func() error {
	log.SetDefault(log.NewNoopLogger())
	return os.Setenv("TESTCONTAINERS_RYUK_DISABLED", "true")
})

// binds says which of our files are seen in the container, and where.
func binds(dir string, mounts map[string]string) (out []string) {
	for inside, path := range mounts {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		out = append(out, path+":"+inside+":ro")
	}
	return out
}

// program is a container that was started.
type program struct {
	image  string
	c      testcontainers.Container
	docker *testcontainers.DockerClient
	net    *testcontainers.DockerNetwork // of its own; nil where it has none
	out    io.Closer
	last   *target.Tail
	over   chan struct{} // closed when it has ended
	err    error         // how; once it has
}

// Accept takes what the container says.
func (p *program) Accept(l testcontainers.Log) { _, _ = p.last.Write(l.Content) } // a full disk ends no run

// wait waits for the end of the container. It ends with it at the latest when
// that is removed.
func (p *program) wait() {
	defer close(p.over)
	w := p.docker.ContainerWait(context.Background(), p.c.GetContainerID(), client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
	select {
	case r := <-w.Result:
		p.err = fmt.Errorf("the container of %s has ended, exit status %d", p.image, r.StatusCode)
	case err := <-w.Error:
		p.err = fmt.Errorf("the container of %s is not to be found: %w", p.image, err)
	}
}

// Over is closed when the container has ended.
func (p *program) Over() <-chan struct{} { return p.over }

// Ended says how.
func (p *program) Ended() error { return fmt.Errorf("%w\n%s", p.err, p.last) }

// grace is how long a container may take to end by itself, and as long may
// Docker take to remove it.
const grace = 5 * time.Second

// End ends the container and removes it.
func (p *program) End(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*grace)
	defer cancel()
	err := p.c.Terminate(ctx, testcontainers.StopTimeout(grace))
	select {
	case <-p.over:
	case <-ctx.Done():
		err = errors.Join(err, fmt.Errorf("the container of %s does not end", p.image))
	}
	return errors.Join(err, p.leave(ctx), p.out.Close(), p.docker.Close())
}
