// Package gateway is a simulated camera gateway: a trunk peer at a fixed
// address, or a registered party, behind whose numbers stand cameras. It looks
// the number up in its own [Directory] and answers with that camera's picture;
// an offline camera is refused with 480, an unmapped number with 404.
package gateway

import "ringproof/simulators/ua"

// Config is a gateway.
type Config struct {
	ua.Config // Incoming and Video are the gateway's own
	Directory *Directory
	// Film opens the pictures of a camera.
	Film func(camera string) (ua.Video, error)
}

// Gateway is one camera gateway.
type Gateway struct {
	*ua.Agent
	cfg Config
}

// New opens a gateway.
func New(cfg Config) (*Gateway, error) {
	g := &Gateway{cfg: cfg}
	cfg.Incoming, cfg.Video = g.treat, g.film
	var err error
	g.Agent, err = ua.New(cfg.Config)
	return g, err
}

// The refusals (RFC 3261 §21.4.5, §21.4.18).
const (
	notFound    = 404
	unavailable = 480
)

func (g *Gateway) treat(number string) ua.Behaviour {
	switch camera, online := g.cfg.Directory.Lookup(number); {
	case camera == "":
		return ua.Behaviour{Reject: notFound}
	case !online:
		return ua.Behaviour{Reject: unavailable}
	}
	return ua.Behaviour{}
}

func (g *Gateway) film(number string) (ua.Video, error) {
	camera, _ := g.cfg.Directory.Lookup(number)
	return g.cfg.Film(camera)
}
