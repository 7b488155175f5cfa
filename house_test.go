package ringproof_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// house is the allow-list of imports: each package of the module, and what it
// may import besides the standard library. docs/architecture.md draws it.
// Imports run downwards; what is not here is not allowed.
var house = map[string]string{
	"cmd/ringproof": "github.com/spf13/cobra github.com/spf13/pflag golang.org/x/term internal/network internal/site refswitch refswitch/defect reports reports/ladder reports/record simulators/load simulators/media steps steps/target steps/target/bundled steps/target/container steps/target/process",

	"examples/asterisk":       "",
	"examples/container":      "",
	"examples/kamailio":       "",
	"examples/interop":        "internal/outsider reports reports/record steps steps/target steps/target/container steps/target/process",
	"examples/pair":           "",
	"examples/outsiders":      "",
	"examples/performance":    "refswitch",
	"examples/private":        "",
	"features":                "",
	"steps":                   "github.com/cucumber/godog features internal/check internal/leftover internal/network internal/site internal/stage internal/wire reports/diagnosis reports/record simulators/load simulators/media simulators/ua",
	"steps/target":            "internal/site steps",
	"steps/target/process":    "internal/site steps steps/target",
	"steps/target/container":  "github.com/moby/moby/api/types/container github.com/moby/moby/api/types/network github.com/moby/moby/client github.com/testcontainers/testcontainers-go github.com/testcontainers/testcontainers-go/log github.com/testcontainers/testcontainers-go/network internal/site steps steps/target",
	"steps/target/bundled":    "internal/memnet internal/site refswitch refswitch/defect reports/record steps",
	"examples/kamailio-stock": "",

	"reports":           "reports/capture reports/cucumber reports/html reports/junit reports/record",
	"reports/capture":   "github.com/gopacket/gopacket github.com/gopacket/gopacket/layers github.com/gopacket/gopacket/pcapgo reports/record",
	"reports/cucumber":  "reports/record",
	"reports/diagnosis": "internal/check reports/record",
	"reports/html":      "reports/ladder reports/ledger reports/record",
	"reports/junit":     "reports/record",
	"reports/ladder":    "reports/record",
	"reports/ledger":    "reports/record",
	"reports/record":    "",

	"simulators/branch":     "reports/record simulators/ua",
	"simulators/gateway":    "simulators/ua",
	"simulators/h264":       "",
	"simulators/load/lines": "internal/network",
	"simulators/load":       "simulators/load/lines github.com/HdrHistogram/hdrhistogram-go internal/batch internal/network internal/numbering internal/wire",
	"simulators/media":      "github.com/pion/rtp internal/network internal/sdp reports/record simulators/h264",
	"simulators/peer":       "simulators/ua",
	"simulators/phone":      "reports/record simulators/ua",
	"simulators/ua":         "github.com/emiago/sipgo/sip github.com/icholy/digest internal/network internal/sdp internal/transaction internal/wire reports/record simulators/h264",

	"refswitch":               "github.com/emiago/sipgo/sip internal/network internal/numbering internal/strictyaml internal/transaction internal/wire refswitch/access refswitch/bridge refswitch/defect refswitch/internal/seam refswitch/monitor refswitch/registrar refswitch/relay refswitch/routing",
	"refswitch/access":        "github.com/emiago/sipgo/sip github.com/gaissmai/bart github.com/icholy/digest refswitch/internal/seam",
	"refswitch/bridge":        "github.com/emiago/sipgo/sip internal/sdp internal/transaction internal/wire refswitch/internal/seam refswitch/relay refswitch/routing",
	"refswitch/defect":        "refswitch/internal/seam",
	"refswitch/internal/seam": "",
	"refswitch/monitor":       "",
	"refswitch/registrar":     "github.com/emiago/sipgo/sip internal/wire refswitch/internal/seam",
	"refswitch/relay":         "internal/network refswitch/internal/seam",
	"refswitch/routing":       "",

	"internal/stage":       "internal/leftover internal/network internal/numbering internal/site internal/wire reports/record simulators/branch simulators/gateway simulators/load simulators/media simulators/peer simulators/phone simulators/ua",
	"internal/check":       "reports/record",
	"internal/site":        "internal/numbering internal/strictyaml internal/wire",
	"internal/transaction": "github.com/emiago/sipgo/sip internal/network internal/wire",
	"internal/wire":        "github.com/emiago/sipgo/sip internal/network",
	"internal/batch":       "golang.org/x/sys/unix",
	"internal/golden":      "",
	"internal/leftover":    "",
	"internal/memnet":      "",
	"internal/network":     "",
	"internal/numbering":   "",
	"internal/outsider":    "reports/record",
	"internal/script":      "golang.org/x/tools/txtar internal/network",
	"internal/sdp":         "github.com/pion/sdp/v3",
	"internal/strictyaml":  "github.com/goccy/go-yaml github.com/goccy/go-yaml/ast github.com/goccy/go-yaml/parser",
}

// rival halves: not even their tests may know the other, or one mistake would
// stand at both ends of a call and pass.
var rivals = [2]string{"ringproof/refswitch", "ringproof/simulators"}

type goPackage struct {
	ImportPath string
	ForTest    string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, args ...string) []goPackage {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-json=ImportPath,ForTest,Imports,Deps"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsRunDownwards(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range list(t, "./...") {
		name := strings.TrimPrefix(p.ImportPath, "ringproof/")
		if name == "ringproof" { // tests alone
			continue
		}
		seen[name] = true
		allowed, known := house[name]
		if !known {
			t.Errorf("%s has no room in the house: add it to the allow-list and to docs/architecture.md", name)
			continue
		}
		for _, imp := range p.Imports {
			imp = strings.TrimPrefix(imp, "ringproof/")
			if standard(imp) || slices.Contains(strings.Fields(allowed), imp) {
				continue
			}
			t.Errorf("%s imports %s, which the allow-list does not have", name, imp)
		}
		for _, a := range strings.Fields(allowed) {
			if !slices.ContainsFunc(p.Imports, func(i string) bool { return strings.TrimPrefix(i, "ringproof/") == a }) {
				t.Errorf("the allow-list lets %s import %s, which it does not: take it out", name, a)
			}
		}
	}
	for name := range house {
		if !seen[name] {
			t.Errorf("the allow-list has %s, which does not exist", name)
		}
	}
}

func TestSwitchAndSimulatorsDoNotKnowEachOther(t *testing.T) {
	// With -deps -test, packages appear as compiled for tests too.
	for _, p := range list(t, "-deps", "-test", "./refswitch/...", "./simulators/...") {
		for i, own := range rivals {
			other := rivals[1-i]
			if !within(p.ImportPath, own) {
				continue
			}
			for _, dep := range p.Deps {
				if within(dep, other) {
					t.Errorf("%s depends on %s", p.ImportPath, dep)
				}
			}
		}
	}
}

func within(path, room string) bool {
	path, _, _ = strings.Cut(path, " ")
	return path == room || strings.HasPrefix(path, room+"/") || strings.HasPrefix(path, room+".test") || strings.HasPrefix(path, room+"_test")
}

// standard tells whether an import is of the standard library: the first
// element of the others has a dot, or is a room of ours.
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	_, ours := house[path]
	return !strings.Contains(first, ".") && !ours
}
