//go:build race

package steps_test

// underRace tells whether the race detector slows everything down tenfold.
const underRace = true
