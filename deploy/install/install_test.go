// Package install_test runs the installers as people do.
package install_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func run(t *testing.T, env []string, script string, args ...string) (string, time.Duration, error) {
	t.Helper()
	cmd := exec.Command("/bin/sh", append([]string{script}, args...)...)
	cmd.Env = append(os.Environ(), env...)
	began := time.Now()
	out, err := cmd.CombinedOutput()
	return string(out), time.Since(began), err
}

func TestASecondInstallationDoesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("needs what the installers bring")
	}
	for _, script := range []string{"debian.sh", "asterisk.sh"} {
		if out, _, err := run(t, nil, script, "test"); err != nil {
			t.Fatalf("%s: %v: %s", script, err, out)
		}
		out, took, err := run(t, nil, script, "test")
		if err != nil || out != "" || took > 2*time.Second {
			t.Errorf("%s took %s, said %q, %v", script, took, out, err)
		}
	}
}

func TestWithoutADebianMirrorOneLineTellsTheRemedy(t *testing.T) {
	if _, err := exec.LookPath("apt-get"); err != nil {
		t.Skip("no apt-get here")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "apt.conf")
	if err := os.WriteFile(config, []byte(`Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "/dev/null";`), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, err := run(t, []string{"APT_CONFIG=" + config, "XDG_CACHE_HOME=" + dir, "PATH=/usr/bin:/bin"}, "asterisk.sh")
	if err == nil || !strings.Contains(out, "set HOTLINE_DEBIAN_MIRROR") || strings.Count(out, "\n") != 1 {
		t.Errorf("%v: %q", err, out)
	}
}

func TestAMachineWithoutGoAndNodeIsToldInOneLine(t *testing.T) {
	bin := t.TempDir()
	for _, tool := range []string{"dirname", "readlink", "sed", "sort", "head"} {
		path, err := exec.LookPath(tool)
		if err != nil {
			t.Skip(tool, " is missing")
		}
		if err := os.Symlink(path, filepath.Join(bin, tool)); err != nil {
			t.Fatal(err)
		}
	}
	out, _, err := run(t, []string{"PATH=" + bin}, "check.sh")
	if err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, "Go 1.") || !strings.Contains(out, "Node 20.19.0") {
		t.Errorf("%v: %q", err, out)
	}
}
