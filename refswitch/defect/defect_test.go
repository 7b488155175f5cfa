package defect_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"ringproof/refswitch/defect"
)

func TestEveryDefectIsWhole(t *testing.T) {
	names, faults := map[string]bool{}, map[string]bool{}
	kebab := regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`)
	for _, d := range defect.Catalogue() {
		t.Run(d.Name, func(t *testing.T) {
			if !kebab.MatchString(d.Name) {
				t.Errorf("%q is no name for --defect", d.Name)
			}
			if names[d.Name] || faults[d.Fault] {
				t.Error("there are two of that name, or with that fault")
			}
			names[d.Name], faults[d.Fault] = true, true
			if !strings.HasSuffix(d.Fault, ".") || d.Cause == "" || d.Check == "" || d.Scenario == "" {
				t.Errorf("got %+v, with something missing", d)
			}
			if d.Hooks == nil || reflect.ValueOf(*d.Hooks).IsZero() {
				t.Error("it bends nothing")
			}
		})
	}
	if len(names) == 0 {
		t.Error("the catalogue is empty")
	}
}

func TestFind(t *testing.T) {
	for _, want := range defect.Catalogue() {
		got, err := defect.Find(want.Name)
		if err != nil || got.Name != want.Name || got.Fault != want.Fault {
			t.Errorf("%s: got %+v, %v", want.Name, got, err)
		}
	}
	if _, err := defect.Find("none-such"); err == nil {
		t.Error("got one that does not exist")
	}
}
