package steps

// Rename has every expression of the vocabulary rewritten, for the test that
// nothing hangs on the words.
func Rename(h *Harness, f func(string) string) { h.rename = f }
