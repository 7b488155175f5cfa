// Package features holds the acceptance suite: what a healthy interconnect
// does, as scenarios that a customer can read. Features name roles; who plays
// them is the stage's business.
package features

import "embed"

// FS holds the feature files.
//
//go:embed *.feature
var FS embed.FS
