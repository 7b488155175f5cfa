package load

func (c *caller) ackAnswer(i int32, k *call) {
	c.send(c.w.within(c.s.Buffer()[:0], "ACK", branchAck, k.seq, c.leg(i), &k.dialog, nil), c.hop(&k.dialog))
}

// ackStray acknowledges a 2xx from what it says itself.
func (c *caller) ackStray(m *message, l leg) {
	var d dialog
	if d.keep(m) && m.number < 10 {
		c.send(c.w.within(c.s.Buffer()[:0], "ACK", branchAck, uint8(m.number), l, &d, nil), c.hop(&d))
	}
}

func (c *caller) ackRefusal(l leg, kind byte, m *message) {
	if m.number < 10 {
		c.send(c.w.ackRefusal(c.s.Buffer()[:0], l, kind, uint8(m.number), tagOf(m.to)), c.remote)
	}
}

// appendAckOf writes an ACK from a response alone.
func appendAckOf(b []byte, m *message, d *dialog) []byte {
	uri := uriOf(m.to)
	if d != nil {
		uri = d.remoteTarget()
	}
	b = append(append(append(b, "ACK "...), uri...), " SIP/2.0\r\nVia: "...)
	b = append(append(b, first(m.via[0])...), "\r\n"...)
	if d != nil {
		b = append(b, d.routes()...)
	}
	b = append(append(append(b, "From: "...), m.from...), "\r\nTo: "...)
	b = append(append(append(b, m.to...), "\r\nCall-ID: "...), m.callID...)
	b = append(b, "\r\nCSeq: "...)
	for _, c := range m.cseq {
		if !digit(c) {
			break
		}
		b = append(b, c)
	}
	return append(append(b, " ACK\r\nMax-Forwards: 70\r\n"...), empty...)
}
