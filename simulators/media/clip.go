package media

import "time"

// Clip gives the sound of a voice, 16 bits at 8000 samples a second, for
// programs that play files.
func Clip(v Voice, d time.Duration) []int16 {
	var out []int16
	var f [frame]int16
	for n := range int(d / ptime) {
		v.speak(n, &f)
		out = append(out, f[:]...)
	}
	return out
}
