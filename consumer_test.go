package ringproof_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSomebodyElsesModule builds testdata/consumer as a module of its own, with
// nothing but what it imports of this one.
func TestSomebodyElsesModule(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "consumer"))); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	// The versions are ours, so that nothing is to be looked up.
	_, requires, _ := strings.Cut(string(mod), "\nrequire")
	text := string(own) + "\nrequire ringproof v0.0.0\n\nreplace ringproof => " + here + "\n\nrequire" + requires
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o644); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("go", "test", "-mod=mod", "-count=1", "./...")
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "ok  \texample.test/consumer") {
		t.Errorf("got %s", out)
	}
}
