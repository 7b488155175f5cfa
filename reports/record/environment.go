package record

// Environment is the machine that the harness ran on: what was measured was
// measured there.
type Environment struct {
	OS     string `json:"os"` // "Debian GNU/Linux 12 (bookworm)", or "linux"
	Arch   string `json:"arch"`
	Kernel string `json:"kernel,omitempty"`
	Go     string `json:"go"`
	CPUs   int    `json:"cpus"`
	Clock  string `json:"clock,omitempty"` // its source, and whether it was set by another
	Zone   string `json:"zone,omitempty"`
}
