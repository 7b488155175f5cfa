package stage

import (
	"context"
	"net/netip"

	"ringproof/internal/numbering"
	"ringproof/internal/site"
	"ringproof/simulators/gateway"
	"ringproof/simulators/media"
	"ringproof/simulators/ua"
)

// openGateway puts up a camera gateway with its directory.
func (s *Stage) openGateway(g site.Gateway) error {
	d, err := directory(g)
	if err != nil {
		return err
	}
	party := "gateway " + g.Name
	opened, err := gateway.New(gateway.Config{
		Config: s.agent(party, g.Name, g.Address), Directory: d,
		Film: func(camera string) (ua.Video, error) { return s.video(g.Address.Addr(), camera) },
	})
	if err != nil {
		return err
	}
	s.gateways[g.Name] = opened
	return nil
}

// directory binds each camera's number to the camera.
func directory(g site.Gateway) (*gateway.Directory, error) {
	d := gateway.NewDirectory(int(g.Cameras.Len()))
	for i := range g.Cameras.Len() {
		if err := d.Add(g.Cameras.At(i)); err != nil {
			return nil, err
		}
	}
	for _, r := range g.Offline {
		for i := range r.Len() {
			if err := d.Offline(r.At(i)); err != nil {
				return nil, err
			}
		}
	}
	return d, nil
}

// video opens the pictures of a camera; of a screen, where it has no number.
func (s *Stage) video(at netip.Addr, camera string) (ua.Video, error) {
	return media.OpenVideo(media.VideoConfig{
		Network: s.cfg.Network, Addr: at, Camera: camera,
		At: s.cfg.Journal.At, SSRC: s.number32(), Log: s.cfg.Log,
	})
}

// screen opens the pictures of a number that has a screen.
func (s *Stage) screen(party, number string, at netip.Addr) (ua.Video, error) {
	s.mu.Lock()
	has := s.screens[party+" "+number]
	s.mu.Unlock()
	if !has {
		return nil, nil //nolint:nilnil // no screen is no error
	}
	return s.video(at, "")
}

// Look gives the player's number a screen until the scenario ends: its calls
// have video then, and it sees the other side's pictures.
func (p *Player) Look() { p.look() }

func (c *Cast) looker(party, number string) func() {
	return func() { c.watch(party+" "+number, true) }
}

// watch gives a number a screen, or takes it.
func (c *Cast) watch(who string, on bool) {
	s := c.stage
	s.mu.Lock()
	defer s.mu.Unlock()
	if on {
		c.screens = append(c.screens, who)
		s.screens[who] = true
	} else {
		delete(s.screens, who)
	}
}

// Which says what kind of number of a gateway is wanted.
type Which int

// A camera that is online, the last of them, one that is offline, and a number
// without a camera.
const (
	AnyCamera Which = iota
	LastCamera
	OfflineCamera
	UnmappedNumber
)

// Camera gives a number of a gateway that the system under test routes to the
// gateway first.
func (c *Cast) Camera(which Which) (*Player, error) {
	missing := "the profile has no gateway with a route to such a number: fill in gateways[] and routes[]"
	for _, g := range c.stage.farGateways() {
		number, ok := c.stage.pick(g, which)
		if !ok {
			continue
		}
		if r, ok := c.stage.route(number); !ok || r.Targets[0] != g.Name {
			continue
		}
		return c.behind(g.Name, number), nil
	}
	return nil, c.stage.lacks(site.NoGateways, missing)
}

// behind plays a number at a gateway. How it treats calls stands in its
// directory.
func (c *Cast) behind(gateway, number string) *Player {
	p := c.stage.gateways[gateway]
	return &Player{
		Name: p.Party(), Number: number, user: number, agent: p.Agent,
		behave: func(ua.Behaviour) {}, look: func() {},
	}
}

// pick chooses a number; the same is not chosen twice until all were.
func (s *Stage) pick(g site.Gateway, which Which) (string, bool) {
	switch which {
	case LastCamera:
		return g.Online(0, true)
	case OfflineCamera:
		return s.first(g.Offline)
	case UnmappedNumber:
		return s.first(g.Unmapped)
	}
	for range g.Cameras.Len() {
		if n := s.take(g.Cameras); !g.IsOffline(n) {
			return n, true
		}
	}
	return "", false
}

func (s *Stage) first(ranges []numbering.Range) (string, bool) {
	if len(ranges) == 0 {
		return "", false
	}
	return s.take(ranges[0]), true
}

// closeGateways takes the gateways down.
func (s *Stage) closeGateways(ctx context.Context) {
	for _, g := range s.gateways {
		g.Close(ctx)
	}
}
