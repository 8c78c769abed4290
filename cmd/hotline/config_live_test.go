package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotline/telephony"
	"hotline/telephony/phone"
)

// hotline runs the program as a process of its own, with nobody at a terminal, and gives its exit code and what it said.
func (h *house) hotline(args ...string) (int, string) {
	h.t.Helper()
	c := exec.CommandContext(h.t.Context(), os.Args[0], args...)
	c.Env = h.env
	out, err := c.CombinedOutput()
	if c.ProcessState == nil {
		h.t.Fatal(err)
	}
	return c.ProcessState.ExitCode(), string(out)
}

func TestAnAppliedFileHoldsForTheNextCallOfARunningServer(t *testing.T) {
	h := openHouse(t, plan{})
	file := filepath.Join(t.TempDir(), "lines.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, open := h.hotline("config", "export")
	if write(open); code != 0 {
		t.Fatal(code, open)
	}
	if code, out := h.hotline("config", "plan", file); code != 0 {
		t.Errorf("no difference ends with %d: %s", code, out)
	}
	customer := h.phone(phone.Config{})
	h.dial(customer, "100", "+15550100051")
	h.awaitState("+15550100051", telephony.Waiting)

	write(strings.Replace(open, "line: '100'\n", "line: '100'\n  closed_now: true\n", 1))
	if code, out := h.hotline("config", "plan", file); code != 2 || !strings.Contains(out, "closed_now  none → true") {
		t.Errorf("a difference ends with %d: %s", code, out)
	}
	if code, out := h.hotline("config", "apply", file); code != 1 || !strings.Contains(out, "--yes") {
		t.Errorf("nobody to ask ends with %d: %s", code, out)
	}
	if code, out := h.hotline("config", "apply", "--yes", file); code != 0 {
		t.Fatalf("applying ends with %d: %s", code, out)
	}
	admin := h.logIn("admin")
	h.awaitFor(time.Second, "the server follows the file", func() bool {
		var line telephony.Rules
		h.ask(admin, "GET", "/api/v1/lines/100", nil, &line)
		return line.ClosedNow
	})
	h.dial(customer, "100", "+15550100052")
	h.awaitState("+15550100052", telephony.Recording)

	write("lines: 7\n")
	if code, out := h.hotline("config", "plan", file); code != 1 || !strings.Contains(out, file+":1: lines: want a list") {
		t.Errorf("a wrong file ends with %d: %s", code, out)
	}
}
