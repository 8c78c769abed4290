package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sys/unix"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/telephony/journal"
)

// shell runs `hotline config` against a database with the demo's lines.
type shell struct {
	*testing.T
	file  string
	setup *journal.Setup
}

func newShell(t *testing.T) shell {
	t.Helper()
	url := stack.Migrated(t, schema.Domain{Name: "telephony", Files: journal.Schema()})
	t.Setenv("HOTLINE_DATABASE_URL", url)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	setup, err := journal.OpenSetup(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range demoQueues() {
		if err := setup.PutQueue(t.Context(), "demo", q); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range demoLines() {
		if err := setup.PutLine(t.Context(), "demo", l); err != nil {
			t.Fatal(err)
		}
	}
	s := shell{t, filepath.Join(t.TempDir(), "lines.yaml"), setup}
	text, err := s.config("export")
	if err != nil {
		t.Fatal(err)
	}
	s.write(text)
	return s
}

func (s shell) write(text string) {
	s.Helper()
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s shell) edit(old, text string) {
	s.Helper()
	was, err := os.ReadFile(s.file)
	if err != nil || !strings.Contains(string(was), old) {
		s.Fatalf("%q is not in\n%s %v", old, was, err)
	}
	s.write(strings.Replace(string(was), old, text, 1))
}

func (s shell) config(args ...string) (string, error) {
	var out, complaints bytes.Buffer
	err := run(s.Context(), append([]string{"config"}, args...), &out, &complaints)
	return out.String(), err
}

func (s shell) says(want string, wantErr error, args ...string) string {
	s.Helper()
	out, err := s.config(args...)
	if !errors.Is(err, wantErr) || !strings.Contains(out, want) {
		s.Errorf("hotline config %s: %v\n%s\nwant %v and\n%s", strings.Join(args, " "), err, out, wantErr, want)
	}
	return out
}

func TestTheDemosOwnFileChangesNothing(t *testing.T) {
	s := newShell(t)
	s.says("Nothing to change.", nil, "plan", "--prune", s.file)
	s.says("Nothing to change.", nil, "apply", s.file) // and nobody is asked
}

func TestAFileIsPlannedAppliedAndTakenBack(t *testing.T) {
	s := newShell(t)
	s.edit("line: '200'\n  title: Office", "line: '200'\n  title: Head office")
	s.edit("- ['09:00-18:00'] # monday", "- [09:00-12:00, 13:00-17:00]")
	want := "~ line 200 changes\n" +
		"    hours.week.monday  09:00-18:00 → 09:00-12:00, 13:00-17:00\n" +
		"    title              Office → Head office\n" +
		"0 to add, 1 to change, 0 to remove.\n"
	s.says(want, errPending, "plan", s.file)
	s.says(want, errNobody, "apply", s.file)
	if err := s.setup.Reload(t.Context()); err != nil || s.setup.Rules("200").Title != "Office" {
		t.Fatal("nobody said yes, and it was applied", err)
	}
	before := s.must("export")
	out := s.says(want, nil, "apply", "--yes", "--who", "admin", s.file)
	var number int
	if _, err := fmt.Sscanf(out[strings.Index(out, "Applied"):], "Applied as change %d", &number); err != nil {
		t.Fatal(out, err)
	}
	s.says("Nothing to change.", nil, "plan", s.file)
	s.says(fmt.Sprintf("change %d, ", number), nil, "history", "--limit", "1")
	s.says(`by "admin"`, nil, "history", "--limit", "1")
	s.says("title              Head office → Office", nil, "undo", "--yes", fmt.Sprint(number))
	s.says(fmt.Sprintf(", takes back change %d\n", number), nil, "history", "--limit", "1")
	if after := s.must("export"); after != before {
		t.Errorf("taken back it is\n%s\nit was\n%s", after, before)
	}
	s.says("", journal.ErrNoChange, "undo", "--yes", "4711")
}

func (s shell) must(args ...string) string {
	s.Helper()
	out, err := s.config(args...)
	if err != nil {
		s.Fatal(err)
	}
	return out
}

func TestWhatIsNotInTheFileStaysUntilToldOtherwise(t *testing.T) {
	s := newShell(t)
	s.edit("line: '101'", "line: '102'")
	s.says("  line 101 is not in the file and stays; --prune removes it\n1 to add, 0 to change, 0 to remove.\n", errPending, "plan", s.file)
	s.says("- line 101 is removed\n+ line 102 is added\n", nil, "apply", "--prune", "-y", s.file)
	if err := s.setup.Reload(t.Context()); err != nil || !s.setup.Rules("101").Unknown || s.setup.Rules("102").Unknown {
		t.Error("line 101 should be gone and 102 there", err)
	}
}

func TestAWrongFileNeedsNoDatabaseToBeRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lines.yaml")
	if err := os.WriteFile(file, []byte("lines:\n  - line: \"1\"\n    ring: 20\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("HOTLINE_DATABASE_URL", "")
	var out bytes.Buffer
	err := run(t.Context(), []string{"config", "plan", file}, &out, &out)
	if err == nil || !strings.Contains(err.Error(), file+":3: lines.0.ring: want a time such as 20s") {
		t.Error(err)
	}
	err = run(t.Context(), []string{"config", "export"}, &out, &out)
	if err == nil || err.Error() != "HOTLINE_DATABASE_URL is not set" {
		t.Error(err)
	}
}

func TestAPersonAtATerminalIsAsked(t *testing.T) {
	for answer, want := range map[string]error{"y\n": nil, "YES\n": nil, "n\n": errNo, "\n": errNo, "yesterday\n": errNo, "\x04": errNo} {
		keyboard, terminal := openTerminal(t)
		if _, err := keyboard.WriteString(answer); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := agreed(t.Context(), terminal, &out); !errors.Is(err, want) || out.String() != "Apply this? [y/N] " {
			t.Errorf("%q: %v, %q", answer, err, out.String())
		}
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if err := agreed(t.Context(), null, &bytes.Buffer{}); !errors.Is(err, errNobody) {
		t.Errorf("nobody is there: %v", err)
	}
}

// openTerminal gives the two ends of a pseudo-terminal.
func openTerminal(t *testing.T) (keyboard, terminal *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { keyboard.Close() })
	if err := unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return keyboard, terminal
}
