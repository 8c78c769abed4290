package asterisk

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// ErrMissing says that no Asterisk new enough is installed; deploy/install/asterisk.sh brings one.
var ErrMissing = errors.New("asterisk: no Asterisk 22.10.1 or newer found")

// Oldest is the first version without holes in ARI through which a read-only user could write.
const Oldest = "22.10.1"

// Installed is where an Asterisk is.
type Installed struct {
	Command []string // runs it
	Modules string   // folder of its modules
	Data    string   // folder of its sounds and documents
	Version string
}

// Find looks for the one that deploy/install/asterisk.sh keeps in the user's cache, then for the distribution's own.
func Find() (Installed, error) {
	for _, found := range append(private(), system()...) {
		out, err := exec.Command(found.Command[0], append(found.Command[1:len(found.Command):len(found.Command)], "-V")...).Output()
		if err != nil {
			continue
		}
		if found.Version = version(string(out)); AtLeast(found.Version, Oldest) {
			return found, nil
		}
	}
	return Installed{}, ErrMissing
}

// private is an Asterisk unpacked in a folder. It runs under its own loader with its own libraries, because those
// of the machine may be older.
func private() []Installed {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	root := filepath.Join(cache, "hotline", "asterisk", "root")
	libraries, _ := filepath.Glob(filepath.Join(root, "usr/lib/*-linux-gnu*"))
	var found []Installed
	for _, lib := range libraries {
		loaders, _ := filepath.Glob(filepath.Join(lib, "ld-linux*.so.*"))
		for _, loader := range loaders {
			found = append(found, Installed{
				Command: []string{loader, "--argv0", "asterisk", "--library-path", lib, filepath.Join(root, "usr/sbin/asterisk")},
				Modules: filepath.Join(lib, "asterisk/modules"),
				Data:    filepath.Join(root, "usr/share/asterisk"),
			})
		}
	}
	return found
}

func system() []Installed {
	path, err := exec.LookPath("asterisk")
	if err != nil {
		path = "/usr/sbin/asterisk" // not in the PATH of ordinary users
	}
	modules, _ := filepath.Glob("/usr/lib/*-linux-gnu*/asterisk/modules")
	modules = append(modules, "/usr/lib/asterisk/modules")
	return []Installed{{Command: []string{path}, Modules: modules[0], Data: "/usr/share/asterisk"}}
}

var versionNumber = regexp.MustCompile(`\d+\.\d+\.\d+`)

func version(text string) string { return versionNumber.FindString(text) }

// AtLeast compares versions of three numbers; other text is older than everything.
func AtLeast(have, want string) bool {
	a, okA := numbers(have)
	b, okB := numbers(want)
	if !okA || !okB {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return a[i] > b[i]
		}
	}
	return true
}

func numbers(text string) (n [3]int, ok bool) {
	_, err := fmt.Sscanf(text, "%d.%d.%d", &n[0], &n[1], &n[2])
	return n, err == nil
}
