package load

import (
	"strings"
	"testing"
)

// The callers know only that they are not heard; the crowd knows what came.
func TestWhatTheCalledSideHearsInPlaceOfACallerIsSaid(t *testing.T) {
	got := strings.Join(Hosted{Host: Host{Invited: 10, Changed: 10}}.Faults(), "; ")
	if !strings.Contains(got, "changed what was said to the called side") || !strings.Contains(got, "in 10 calls") {
		t.Errorf("got %q", got)
	}
}
