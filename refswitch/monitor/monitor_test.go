package monitor_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/refswitch/monitor"
)

// asking asks somebody who answers at once, or not before the question is
// over.
func asking(answers *atomic.Bool, asked *atomic.Int32) func(context.Context) bool {
	return func(ctx context.Context) bool {
		asked.Add(1)
		if answers.Load() {
			return true
		}
		<-ctx.Done()
		return false
	}
}

func pass(d time.Duration) { <-time.After(d) }

func TestWhoStaysSilentIsDownUntilAnAnswerComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var answers atomic.Bool
		var asked atomic.Int32
		var told []bool
		m := monitor.New(func(name string, down bool) { told = append(told, down) })
		defer m.Close()
		m.Watch([]monitor.Target{{Name: "east", Every: time.Second, Misses: 2, Ask: asking(&answers, &asked)}})
		if m.Down("east") {
			t.Error("down before it was asked")
		}
		pass(1500 * time.Millisecond)
		if m.Down("east") {
			t.Error("down after one question of two")
		}
		pass(time.Second)
		if !m.Down("east") {
			t.Error("not down after two questions without an answer")
		}
		answers.Store(true)
		pass(time.Second)
		if m.Down("east") {
			t.Error("still down although it answered")
		}
		m.Close()
		before := asked.Load()
		pass(time.Minute)
		if before < 4 || asked.Load() != before || !slices.Equal(told, []bool{true, false}) {
			t.Errorf("asked %d times and then %d, told %v", before, asked.Load(), told)
		}
	})
}

func TestWhatIsKnownOutlivesANewWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var no atomic.Bool
		var asked atomic.Int32
		m := monitor.New(nil)
		defer m.Close()
		east := monitor.Target{Name: "east", Every: time.Second, Misses: 1, Ask: asking(&no, &asked)}
		m.Watch([]monitor.Target{east, {Name: "never"}})
		pass(1500 * time.Millisecond)
		m.Watch([]monitor.Target{east})
		if !m.Down("east") || m.Down("never") {
			t.Errorf("east down %v, want true; never asked down %v, want false", m.Down("east"), m.Down("never"))
		}
		m.Watch(nil)
		if m.Down("east") {
			t.Error("who is not asked any more is not known to be down")
		}
	})
}

func TestWhoAsksForRestHasIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := monitor.New(nil)
		m.Rest("east", 3*time.Second)
		if !m.Resting("east") || m.Resting("west") {
			t.Error("east alone asked for rest")
		}
		pass(3 * time.Second)
		if m.Resting("east") {
			t.Error("its time is over")
		}
	})
}
