package html_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"ringproof/internal/outsider"
	"ringproof/reports/record"
)

// visit is a page in a browser, with all that it asked for and complained of.
type visit struct {
	url string

	mu       sync.Mutex
	requests []string
	troubles []string
}

// open shows a page in Chromium, from a file.
func open(t *testing.T, page string) (context.Context, *visit) {
	t.Helper()
	program := outsider.Need(t, "chromium")
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	// Not t.Context: it ends before the browser could be closed in good order.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // a cold browser on a busy machine
	t.Cleanup(cancel)
	opts := append(
		chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	ctx, cancel = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithErrorf(t.Logf))
	t.Cleanup(cancel)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Errorf("close the browser: %v", err)
		}
	})
	v := &visit{url: (&url.URL{Scheme: "file", Path: path}).String()}
	if err := chromedp.Listen(ctx, v.note); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(v.url)); err != nil {
		t.Fatal(err)
	}
	return ctx, v
}

func (v *visit) note(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		v.requests = append(v.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		v.troubles = append(v.troubles, fmt.Sprintf("console: %s", e.Type))
	case *runtime.EventExceptionThrown:
		v.troubles = append(v.troubles, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		v.troubles = append(v.troubles, e.Entry.Text)
	}
}

// seen gives what was noted so far.
func (v *visit) seen() (requests, troubles []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]string(nil), v.requests...), append([]string(nil), v.troubles...)
}

func ask[T any](ctx context.Context, t *testing.T, script string) T {
	t.Helper()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// unopened clicks every <details> that is closed, outer ones first, and gives
// the summaries of those that then show nothing.
const unopened = `[...document.querySelectorAll("details")].filter(d => {
  const s = d.querySelector(":scope > summary");
  if (!d.open) s.click();
  return !d.open || d.getBoundingClientRect().height <= s.getBoundingClientRect().height;
}).map(d => d.querySelector("summary").textContent.trim())`

func TestReportInABrowser(t *testing.T) {
	failing, err := record.Read(filepath.Join("..", "testdata", "defect"))
	if err != nil {
		t.Fatal(err)
	}
	for name, run := range map[string]*record.Run{"of version 1": load(t), "of each kind of thing": mixed(), "of a switch with a defect": failing, "of a load": underLoad(40)} {
		t.Run(name, func(t *testing.T) {
			page := render(t, run)
			ctx, v := open(t, page)
			if n := ask[int](ctx, t, `document.querySelectorAll("details").length`); n == 0 || n != strings.Count(page, "<details") {
				t.Errorf("%d details are in the page, want all %d", n, strings.Count(page, "<details"))
			}
			if list := ask[[]string](ctx, t, unopened); len(list) != 0 {
				t.Errorf("these do not open: %q", list)
			}
			if wide := ask[bool](ctx, t, `document.documentElement.scrollWidth > innerWidth`); wide {
				t.Error("the page is wider than the window")
			}
			if pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF()); err != nil || len(pdf) < 10_000 {
				t.Errorf("printed %d bytes, %v", len(pdf), err)
			}
			requests, troubles := v.seen()
			if len(requests) != 1 || requests[0] != v.url {
				t.Errorf("it asked for %q, want itself alone", requests)
			}
			if len(troubles) != 0 {
				t.Errorf("the browser says %q", troubles)
			}
		})
	}
}

// A link of the checklist opens the scenario that it leads to, without a script.
func TestLinkOpensItsScenario(t *testing.T) {
	ctx, _ := open(t, render(t, mixed()))
	const closed = `!document.getElementById("s3").closest("details").open`
	if !ask[bool](ctx, t, closed) {
		t.Fatal("the scenario is open before: the test proves nothing")
	}
	if err := chromedp.Do(ctx, chromedp.Click(`#checklist a[href="#s3"]`)); err != nil {
		t.Fatal(err)
	}
	if ask[bool](ctx, t, closed) {
		t.Error("the scenario is closed still")
	}
}

// On paper nothing can be clicked: a scenario that is closed shows its checks
// there all the same, and no more.
func TestClosedScenarioShowsItsChecksOnPaper(t *testing.T) {
	ctx, _ := open(t, render(t, mixed()))
	height := func(part string) float64 {
		return ask[float64](ctx, t, `document.querySelector("details.scenario.passed:not([open]) `+part+`").getBoundingClientRect().height`)
	}
	const shown = `getComputedStyle(document.querySelector("details.scenario.passed:not([open])"), "::details-content").contentVisibility`
	if ask[string](ctx, t, shown) != "hidden" {
		t.Fatal("the checks are visible on the screen: the test proves nothing")
	}
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if got := ask[string](ctx, t, shown); got != "visible" || height(".checks") < 20 {
		t.Errorf("on paper the checks are %s and %g px high, want to see them", got, height(".checks"))
	}
	if h := height(".ladder"); h != 0 {
		t.Errorf("on paper the ladder of a passed scenario is %g px high, want none", h)
	}
}

// What a page asks for and complains of is noticed.
func TestTheBrowserTellsOnAPage(t *testing.T) {
	_, v := open(t, `<!doctype html><title>x</title><img src="elsewhere.png"><script>console.error("no"); nothing()</script>`)
	requests, troubles := v.seen()
	if len(requests) != 2 || len(troubles) < 2 {
		t.Errorf("noticed requests %q and troubles %q, want the image and both errors", requests, troubles)
	}
}
