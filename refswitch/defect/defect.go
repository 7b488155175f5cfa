// Package defect is the catalogue of named, deliberate defects of the
// reference switch: each is a fault that real products have had, and each
// must be caught by a scenario of the suite, with its cause.
//
// [Catalogue] lists them, [Find] looks one up. To add one: a file with a
// function that returns a [Defect], a line in Catalogue, and the scenario
// that catches it; the matrix test in steps fails until all three are there.
package defect

import (
	"fmt"
	"strings"

	"ringproof/refswitch/internal/seam"
)

// Defect is one named fault.
type Defect struct {
	// Name is what --defect takes.
	Name string
	// Fault says in one sentence what is wrong with a switch that has it.
	Fault string
	// Cause is the one that a diagnosis must name (record.Cause).
	Cause string
	// Scenario is the one scenario that catches it.
	Scenario string
	// Hooks make the switch have it.
	Hooks *seam.Hooks
}

// Catalogue gives all defects.
func Catalogue() []Defect {
	return []Defect{
		oneWayAudio(),
		noFallback(),
		busyAsError(),
		cancelSwallowed(),
		anyPassword(),
		privateAddress(),
	}
}

// Find looks a defect up by name. The error lists the names.
func Find(name string) (Defect, error) {
	var names []string
	for _, d := range Catalogue() {
		if d.Name == name {
			return d, nil
		}
		names = append(names, d.Name)
	}
	return Defect{}, fmt.Errorf("no defect %q: want one of %s", name, strings.Join(names, ", "))
}
