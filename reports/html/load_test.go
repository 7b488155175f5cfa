package html_test

import (
	"net/netip"
	"strings"
	"testing"

	"ringproof/reports/record"
)

// underLoad is a run of one load, of so many seconds, of whose calls some were
// refused.
func underLoad(seconds int) *record.Run {
	l := record.Load{
		Caller: "trunk west", Called: "trunk east", From: netip.MustParseAddrPort("192.0.2.11:5060"), System: netip.MustParseAddrPort("192.0.2.1:5060"),
		At: netip.MustParseAddrPort("192.0.2.12:5060"), Number: "100 of 8000-8099 in turn",
		Offered: record.LoadOffered{Rate: 20, For: int64(seconds) * 1e9, Hold: "2s", Limit: 60, AllowedPDD: 500},
		Callers: record.LoadCallers{
			Attempts: uint64(20 * seconds), Rate: 20, Answered: uint64(19 * seconds), Completed: uint64(19 * seconds), Refused: uint64(seconds), Failed: uint64(seconds),
			Codes: map[int]uint64{200: uint64(19 * seconds), 503: uint64(seconds)},
		},
		Crowd:  record.LoadCrowd{Invited: uint64(19 * seconds), Answered: uint64(19 * seconds), Released: uint64(19 * seconds), Most: 38},
		PDD:    record.LoadDelays{Count: 19, Min: 10, Mean: 30, P50: 20, P95: 300, P99: 400, Max: 410},
		Ratios: []record.LoadRatio{{Name: "SER", Percent: 95}},
	}
	for range seconds {
		l.Seconds = append(l.Seconds, record.LoadSecond{Attempts: 20, Answered: 19, Failed: 1, PDD50: 20, PDD95: 300, SRD95: 200})
	}
	return &record.Run{
		Schema: 1, Kind: record.ALoad, Verdict: record.NotWorked, Why: "failed: load", Site: record.Site{Name: "A site"},
		Scenarios: []record.Scenario{{ID: "load", Name: "20 calls a second", Feature: "Load", Try: 1, End: 1e9, Status: record.Failed}},
		Loads:     []record.Load{l},
	}
}

func TestLoadIsDrawnSecondBySecond(t *testing.T) {
	page := render(t, underLoad(30))
	for _, want := range []string{
		"Report of a load, not of an acceptance", "<title>second 30: 20/s begun, 19/s answered, 1/s failed</title>",
		"<title>second 1: PDD median 20 ms, 95 % 300 ms; SRD 95 % 200 ms</title>", "20/s offered", "500 ms allowed",
		"<b>30</b> refused with 503", ">95 %</span>", "<dt>SER</dt><dd>95 %</dd>", "100 of 8000-8099 in turn",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if n := strings.Count(page, `<rect class="failed"`); n != 30 {
		t.Errorf("%d columns have a failed part, want 30", n)
	}
	for _, not := range []string{"NaN", "Inf", `height="-`} {
		if strings.Contains(page, not) {
			t.Errorf("the page has %s in it", not)
		}
	}
}

func TestTrialsOfASearch(t *testing.T) {
	run := underLoad(3)
	ok, ill := run.Loads[0], run.Loads[0]
	run.Loads[0].Trial, ok.Trial, ill.Trial = 1, 2, 3
	ok.Callers.Failed, ok.Callers.Completed, ok.Callers.Answered, ok.Crowd.Answered, ok.Crowd.Invited, ok.Offered.Rate = 0, 60, 60, 60, 60, 15
	ill.Spoiled = []record.LoadReason{{What: "9 calls began late"}}
	run.Loads = append(run.Loads, ok, ill)
	page := render(t, run)
	for _, want := range []string{
		`<tr class="short"><td>20</td><td class="num">60</td><td class="num">57</td>`, `<tr class=""><td>15</td><td class="num">60</td><td class="num">60</td>`,
		`<span class="result failed">not carried</span>`, `<span class="result passed">carried</span>`, `<small>INVALID: 9 calls began late</small>`,
		`<summary>Trial 2: 15 calls a second</summary>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

func TestVoicesOfALoad(t *testing.T) {
	run := underLoad(3)
	run.Loads[0].Voices = &record.LoadVoices{Good: 17, NotHere: 3, Short: 2}
	if page, want := render(t, run), `<b class="bad">17</b> of 20 calls with a voice were heard both ways: 3 not heard by the caller; 2 more were over too soon to tell.`; !strings.Contains(page, want) {
		t.Errorf("the page does not say %q", want)
	}
	run.Loads[0].Voices = &record.LoadVoices{Good: 20}
	if page, want := render(t, run), `<b class="good">20</b> of 20 calls with a voice were heard both ways.`; !strings.Contains(page, want) {
		t.Errorf("the page does not say %q", want)
	}
}

func TestChartOfALoad(t *testing.T) {
	for name, c := range map[string]struct {
		seconds int
		change  func(*record.Load)
		charts  int
		want    string
	}{
		"of one second":             {1, func(*record.Load) {}, 0, "of the calls that were placed"},
		"of three":                  {3, func(*record.Load) {}, 2, "second 3"},
		"of an hour":                {3600, func(*record.Load) {}, 2, "seconds 3571 to 3600"},
		"of calls that never rang":  {10, func(l *record.Load) { quiet(l.Seconds) }, 1, "second 10"},
		"far below what is allowed": {10, func(l *record.Load) { l.Offered.AllowedPDD = 6000 }, 2, "The limit for 95 %, 6000 ms, is above what is drawn."},
		"that proves nothing": {10, func(l *record.Load) {
			l.Spoiled = []record.LoadReason{{What: "9 began late", Change: "Lower the rate."}}
		}, 2, "<b>INVALID:</b> 9 began late. <span>Lower the rate.</span>"},
		"on a machine that was slow":  {10, func(l *record.Load) { l.Slow = []record.LoadReason{{What: "9 began late"}} }, 2, "makes delays longer and none shorter: 9 began late."},
		"of which no call came back":  {10, func(l *record.Load) { l.Callers.Completed, l.Crowd.Open = 0, 7 }, 2, "left over at trunk east"},
		"that nobody could have made": {10, func(l *record.Load) { l.Seconds = append(l.Seconds, record.LoadSecond{}) }, 2, "second 11: 0/s begun"},
	} {
		run := underLoad(c.seconds)
		c.change(&run.Loads[0])
		page := render(t, run)
		if n := strings.Count(page, `<figure class="chart">`); n != c.charts {
			t.Errorf("%s: %d charts, want %d", name, n, c.charts)
		}
		if !strings.Contains(page, c.want) {
			t.Errorf("%s: the page does not say %q", name, c.want)
		}
		if strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
			t.Errorf("%s: a number is none", name)
		}
		if n := strings.Count(page, "<g><title>"); c.charts > 0 && n > 240 {
			t.Errorf("%s: %d columns, want 120 a chart at most", name, n)
		}
	}
}

func quiet(list []record.LoadSecond) {
	for i := range list {
		list[i].PDD50, list[i].PDD95, list[i].SRD95 = 0, 0, 0
	}
}

// A scenario of the suite shows its load too, and stays closed where it passed.
func TestLoadOfAScenario(t *testing.T) {
	run := underLoad(5)
	run.Kind, run.Verdict, run.Scenarios[0].Status = "", record.Accepted, record.Passed
	page := render(t, run)
	if !strings.Contains(page, `<div class="part load">`) || strings.Contains(page, `<details class="scenario passed" open>`) {
		t.Error("want the load, in a scenario that is closed")
	}
}
