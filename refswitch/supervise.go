package refswitch

import (
	"context"
	"crypto/rand"

	"github.com/emiago/sipgo/sip"

	"ringproof/internal/transaction"
	"ringproof/internal/wire"
	"ringproof/refswitch/monitor"
)

// supervised gives the trunks that are asked whether they are there.
func (s *Switch) supervised(p *plan) []monitor.Target {
	if !s.hooks.Ask() {
		return nil
	}
	var out []monitor.Target
	for _, t := range p.cfg.Trunks {
		misses := t.Misses
		if misses == 0 {
			misses = defaultMisses
		}
		hop := wire.Hop{Transport: wire.UDP, Addr: t.Address}
		out = append(out, monitor.Target{
			Name: t.Name, Every: t.Options, Misses: misses,
			Ask: func(ctx context.Context) bool { return s.ping(ctx, hop) },
		})
	}
	return out
}

// ping sends one OPTIONS and tells whether any response came.
func (s *Switch) ping(ctx context.Context, to wire.Hop) bool {
	u := sip.Uri{Scheme: "sip", Host: to.Addr.Addr().String(), Port: int(to.Addr.Port())}
	req := sip.NewRequest(sip.OPTIONS, u)
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", Host: s.cfg.Domain}}
	from.Params.Add("tag", rand.Text())
	id, hops := sip.CallIDHeader(rand.Text()), sip.MaxForwardsHeader(70)
	for _, h := range []sip.Header{from, &sip.ToHeader{Address: u}, &id, &sip.CSeqHeader{SeqNo: 1, MethodName: sip.OPTIONS}, &hops} {
		req.AppendHeader(h)
	}
	wire.SetBody(req, "", nil)
	in := transaction.NewInbox()
	t, err := s.layer.Request(req, to, in)
	if err != nil {
		return false
	}
	for {
		select {
		case <-in.Ready():
			for e, more := in.Take(); more; e, more = in.Take() {
				return e.Err == nil
			}
		case <-ctx.Done():
			t.Abandon()
			return false
		}
	}
}
