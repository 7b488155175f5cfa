package batch_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"ringproof/internal/batch"
)

const ms = int64(time.Millisecond)

func TestWheelFiresWhatIsDueAndNothingElse(t *testing.T) {
	const grain, count = 4 * time.Millisecond, 300
	rnd := rand.New(rand.NewPCG(1, 2))
	w := batch.NewWheel(count, grain, 0)
	want := map[int32]int64{}
	fired := 0
	for now := int64(0); now < 60_000*ms; now += rnd.Int64N(10 * ms) {
		w.Advance(now, func(i int32) {
			at, ok := want[i]
			switch {
			case !ok:
				t.Fatalf("timer %d fired at %d and was not set", i, now)
			case at > now:
				t.Fatalf("timer %d fired at %d, before its time %d", i, now, at)
			}
			delete(want, i)
			fired++
		})
		for i, at := range want {
			if at+2*int64(grain) < now {
				t.Fatalf("timer %d of %d had not fired at %d", i, at, now)
			}
		}
		i := int32(rnd.IntN(count))
		switch rnd.IntN(4) {
		case 0:
			w.Stop(i)
			delete(want, i)
		default: // soon, or more than one turn of the wheel away
			at := now + rnd.Int64N(40_000*ms)
			w.Set(i, at)
			want[i] = max(at, 1)
		}
	}
	if fired < count {
		t.Errorf("only %d fired: the test proves little", fired)
	}
}

func TestWheelWhoseTimersSetTimers(t *testing.T) {
	w := batch.NewWheel(2, time.Millisecond, 0)
	var order []int32
	w.Set(0, ms)
	w.Set(1, ms)
	again := 0
	for now := int64(0); now < 20*ms; now += ms {
		w.Advance(now, func(i int32) {
			order = append(order, i)
			w.Stop(1 - i) // the other, which is due at the same time
			if again++; again < 4 {
				w.Set(i, now+ms)
			}
		})
	}
	if len(order) != 4 || order[0] != order[3] {
		t.Errorf("fired %v, want one of both four times", order)
	}
}

func BenchmarkWheelSet(b *testing.B) {
	w := batch.NewWheel(1<<17, time.Millisecond, 0)
	for i := range b.N {
		w.Set(int32(i&(1<<17-1)), int64(i)*1000)
	}
}
