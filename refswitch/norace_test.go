//go:build !race

package refswitch_test

const underRace = false
