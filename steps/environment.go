package steps

import (
	"os"
	"runtime"
	"strings"
	"time"

	"ringproof/reports/record"
)

// environment says what machine the harness runs on. What it does not tell is
// left out.
func environment() *record.Environment {
	zone, _ := time.Now().Zone()
	e := record.Environment{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), CPUs: runtime.NumCPU(), Zone: zone,
		Kernel: firstLine("/proc/sys/kernel/osrelease"), Clock: clock(),
	}
	if name := prettyName("/etc/os-release"); name != "" {
		e.OS = name
	}
	return &e
}

// firstLine reads a file of one line; empty where there is none.
func firstLine(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return strings.TrimSpace(line)
}

// prettyName reads what a distribution calls itself (os-release(5)).
func prettyName(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}
