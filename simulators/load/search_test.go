package load_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringproof/simulators/load"
)

// carries is a system that establishes all calls up to a rate and then loses
// one in a hundred.
func carries(most float64) load.Trial {
	return func(_ context.Context, rate float64, calls uint64) (uint64, error) {
		if rate > most {
			return calls - calls/100, nil
		}
		return calls, nil
	}
}

func TestSearchesFindWhatASystemCarries(t *testing.T) {
	for name, search := range map[string]func(context.Context, load.Bounds, load.Trial) (load.Found, error){"benchmark": load.Benchmark, "bisect": load.Bisect} {
		for _, most := range []float64{40, 137, 1000, 4321} {
			f, err := search(context.Background(), load.Bounds{Calls: 1000, Start: 100, Trials: 200}, carries(most))
			if err != nil || !f.Converged || f.Rate > most || f.Rate < 0.85*most {
				t.Errorf("%s: found %g of %g, converged %v in %d trials, %v", name, f.Rate, most, f.Converged, len(f.Trials), err)
			}
		}
	}
}

// Where a tenth of a rate is less than a call, and where the contract is not of
// whole calls, a search goes on all the same.
func TestSearchesOfLowRates(t *testing.T) {
	for name, search := range load.Searches {
		for _, x := range []struct{ start, most, carried, want float64 }{{5, 20, 100, 20}, {3, 12.5, 100, 12.5}, {1, 20, 7, 7}} {
			f, err := search(context.Background(), load.Bounds{Calls: 200, Start: x.start, Trials: 60, Most: x.most}, carries(x.carried))
			if err != nil || f.Rate != x.want || strings.Contains(f.Why, "trials were made") {
				t.Errorf("%s from %g, %g contracted, %g carried: found %g in %d trials (%s), %v", name, x.start, x.most, x.carried, f.Rate, len(f.Trials), f.Why, err)
			}
		}
	}
}

// The trials by hand, after the text of RFC 7502 §4.10.
func TestBenchmarkTakesTheStepsOfTheRFC(t *testing.T) {
	f, err := load.Benchmark(context.Background(), load.Bounds{Calls: 100, Start: 100, Trials: 6}, carries(125))
	if err != nil {
		t.Fatal(err)
	}
	var got []float64
	for _, x := range f.Trials {
		got = append(got, x.Rate)
	}
	want := []float64{100, 110, 121, 133, 119, 130}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("rates %v, want %v", got, want)
		}
	}
	if f.Converged || f.Rate != 121 || !strings.Contains(f.Why, "6 trials") {
		t.Errorf("got %+v", f)
	}
}

func TestSearchEnds(t *testing.T) { synctest.Test(t, testSearchEnds) }

func testSearchEnds(t *testing.T) {
	b := load.Bounds{Calls: 100, Start: 100, Trials: 50, Most: 500}
	for name, search := range map[string]func(context.Context, load.Bounds, load.Trial) (load.Found, error){"benchmark": load.Benchmark, "bisect": load.Bisect} {
		if f, err := search(context.Background(), b, carries(math.Inf(1))); err != nil || f.Converged || f.Rate != 500 || !strings.Contains(f.Why, "500/s are allowed") {
			t.Errorf("%s, a system without a limit: %+v, %v", name, f, err)
		}
		if f, err := search(context.Background(), b, carries(0)); err != nil || !f.Converged || f.Rate != 0 {
			t.Errorf("%s, a system that carries nothing: %+v, %v", name, f, err)
		}
		ill := 0
		sickly := func(ctx context.Context, rate float64, calls uint64) (uint64, error) {
			if ill++; ill%3 == 0 {
				return 0, &load.InvalidError{Reasons: []load.Reason{{What: "the generator was late"}}}
			}
			return carries(137)(ctx, rate, calls)
		}
		if f, err := search(context.Background(), b, sickly); err != nil || !f.Converged || f.Rate > 137 || f.Rate < 120 || f.Repeated == 0 {
			t.Errorf("%s, every third trial invalid: found %g, converged %v, %d repeated, %v", name, f.Rate, f.Converged, f.Repeated, err)
		}
		invalid, begun := 0, time.Now()
		_, err := search(context.Background(), b, func(context.Context, float64, uint64) (uint64, error) {
			invalid++
			return 0, &load.InvalidError{Reasons: []load.Reason{{What: "the generator was late"}}}
		})
		if !errors.As(err, new(*load.InvalidError)) || invalid != 7 {
			t.Errorf("%s, every trial invalid: %v after %d", name, err, invalid)
		}
		if took := time.Since(begun); took < time.Minute || took > 3*time.Minute {
			t.Errorf("%s, every trial invalid: given up after %v; want a disturbance of a minute outlasted", name, took)
		}
		limited, begun := 0, time.Now()
		_, err = search(context.Background(), b, func(_ context.Context, _ float64, calls uint64) (uint64, error) {
			limited++
			return 0, load.Limited(40, 0, calls)
		})
		if want := "40 of 100 calls could not begin: there were as many as the limit allows. Raise the limit, or shorten the calls."; !errors.As(err, new(*load.InvalidError)) || !strings.HasSuffix(err.Error(), want) || limited != 1 || time.Since(begun) > 0 {
			t.Errorf("%s, a trial over our limit: %v after %d", name, err, limited)
		}
		broken := errors.New("the generator was late")
		if _, err := search(context.Background(), b, func(context.Context, float64, uint64) (uint64, error) { return 0, broken }); !errors.Is(err, broken) {
			t.Errorf("%s: an invalid trial gave %v", name, err)
		}
	}
}
