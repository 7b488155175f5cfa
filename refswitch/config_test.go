package refswitch_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"ringproof/internal/golden"
	"ringproof/internal/strictyaml"
	"ringproof/refswitch"
)

// One file a fault; what must be said of it stands beside it.
func TestEveryFaultOfAConfigIsReportedAtItsLine(t *testing.T) {
	t.Chdir("testdata")
	files, err := filepath.Glob("invalid-*.yaml")
	if err != nil || len(files) < 15 {
		t.Fatalf("found %d configurations, %v", len(files), err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(f, ".yaml")
		t.Run(strings.TrimPrefix(name, "invalid-"), func(t *testing.T) {
			c, err := refswitch.LoadConfig(f)
			var faults *strictyaml.Faults
			if !errors.As(err, &faults) {
				t.Fatalf("got %+v, %v; want faults", c, err)
			}
			got := err.Error() + "\n"
			if golden.Update() {
				if err := os.WriteFile(name+".txt", []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".txt")
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestConfigLoads(t *testing.T) {
	got, err := refswitch.LoadConfig(filepath.Join("testdata", "valid.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	want := refswitch.Config{
		Listen: netip.MustParseAddrPort("127.0.0.1:5060"), Domain: "example.test",
		Media:    refswitch.Media{Address: netip.MustParseAddr("127.0.0.2"), FirstPort: 20000, LastPort: 20099},
		Accounts: []refswitch.Account{{User: "1001", Password: "secret", Numbers: []string{"2001"}}},
		Trunks:   []refswitch.Trunk{{Name: "west", Address: netip.MustParseAddrPort("127.0.0.11:5060")}},
		Routes:   []refswitch.Route{{Prefix: "006", Targets: []string{"west"}, Guard: time.Second}},
		Defect:   "no-fallback",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if err := got.Validate(); err != nil {
		t.Errorf("what loads is not valid: %v", err)
	}
}

func TestMissingConfigIsNoFault(t *testing.T) {
	if _, err := refswitch.LoadConfig(filepath.Join(t.TempDir(), "none.yaml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want that the file does not exist", err)
	}
}

func TestValidateJoinsAllFaults(t *testing.T) {
	c := refswitch.Config{
		Listen:   netip.MustParseAddrPort("0.0.0.0:0"),
		Accounts: []refswitch.Account{{User: "1001"}},
		Routes:   []refswitch.Route{{Prefix: "6x"}},
		Defect:   "none-such",
	}
	err := c.Validate()
	if err == nil {
		t.Fatal("got no fault")
	}
	for _, want := range []string{"listen: ", "accounts[0]: ", "routes[0].prefix: ", "routes[0].targets: ", "defect: no defect \"none-such\""} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got\n%v\nwhich does not have %q", err, want)
		}
	}
}
