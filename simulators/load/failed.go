package load

// excused is what the crowd that was called did not answer as it was told.
type excused struct {
	refused uint64 // with 486 or 603
	mute    uint64 // without a response, so that the caller gave up
	timer   uint64 // without one, so that the system under test gave up
}

// Excuse puts no calls down to the system under test that the crowd refused,
// or left without a response, as it was told. Those are excused that ended in
// the way that they were to: whatever else the system made of them is its own.
func (r *Result) Excuse(h Hosted) {
	ended, _ := unusableOf(r.Unusable)
	mute := min(h.Mute, r.TimedOut-ended)
	r.excused = excused{
		refused: min(h.Busy, r.Codes[486]) + min(h.Rejected, r.Codes[603]),
		mute:    mute,
		timer:   min(h.Mute-mute, r.Codes[408]), // RFC 3261 §16.8
	}
}

// Placed gives how many calls were offered to the system under test.
func (r Report) Placed() uint64 { return r.Attempts - r.Blocked - r.Overtaken }

// unfinished counts a call that was answered and yet failed, once.
func (c *caller) unfinished(k *call) {
	if k.flags&(answered|counted) == answered {
		k.flags |= counted
		c.m.second(k.plan-c.start).Failed++
	}
}

// Good gives how many calls were answered and released, with somewhere to speak
// to, and a good voice where they had one.
func (r Report) Good() uint64 {
	carried := min(r.Completed-r.Undescribed, r.Placed())
	if r.Voices != nil {
		carried -= min(carried, r.Voices.Failed())
	}
	return carried
}

// Uncompleted gives how many calls were not answered and released, or were told
// of nothing to speak to, but for those that our own crowd did not answer as it
// was told, and those that were taken back because the run was to end.
func (r Report) Uncompleted() uint64 {
	return r.Placed() - min(r.Placed(), r.Completed-r.Undescribed+r.AsTold+r.Withdrawn)
}

// Failed gives how many calls were not good, but for those that our own crowd
// did not answer as it was told (see [Result.Excuse]), and those that were taken
// back because the run was to end.
func (r Report) Failed() uint64 { return r.Placed() - min(r.Placed(), r.Good()+r.AsTold+r.Withdrawn) }
