package ua

import (
	"ringproof/internal/sdp"
	"ringproof/reports/record"
)

// talk starts or moves the media; a side that holds is silent.
func (c *Call) talk(to agreed) {
	if c.sdp.direction == sdp.SendOnly {
		for _, m := range c.opened() {
			m.Hush()
		}
		return
	}
	c.Media().Start(to.remote, to.codec)
	c.show()
}

// asked notes the first offer, agreed its answer.
func (c *Call) asked(offer []byte) {
	c.note(func(f *record.Attempt) { f.Offered = names(offer) })
}

func (c *Call) agreed(answer []byte) {
	c.note(func(f *record.Attempt) { f.Agreed, f.AgreedAt = names(answer), c.now() })
}

// open opens the call's media.
func (c *Call) open() error {
	m, err := c.agent.cfg.Media()
	if err != nil {
		return err
	}
	if t, ok := m.(interface{ Second() }); ok && c.inbound { // the caller speaks first
		t.Second()
	}
	v, err := c.openVideo()
	if err != nil {
		m.Close()
		return err
	}
	c.mu.Lock()
	c.media, c.video = m, v
	c.mu.Unlock()
	c.sdp = negotiation{
		id: uint64(c.agent.cfg.Journal.Now()) & 0x7fffffff, at: c.agent.advertised(m.Addr()), video: newPictures(v, c.agent.advertised),
		codecs: c.speaks(), direction: sdp.SendRecv,
	}
	return nil
}

// speaks gives the call's codecs.
func (c *Call) speaks() []sdp.Codec {
	list := c.manner.codecs
	if c.inbound {
		list = c.behaviour.Codecs
	}
	if len(list) == 0 {
		return codecs()
	}
	return named(list...)
}
