package stack

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

const parentDir = "HOTLINE_TEST_PARENT_DIR"

// TestParent is not a test but the process that the next test kills.
func TestParent(t *testing.T) {
	dir := os.Getenv(parentDir)
	if dir == "" {
		t.Skip("runs inside the test of a killed parent only")
	}
	c := everything()
	c.Dir, c.Fast = dir, true
	s, err := Start(context.Background(), c)
	if err != nil {
		fmt.Println("failed:", err)
		return
	}
	fmt.Println("pids", s.Postgres.PID(), s.Redis.PID(), s.Asterisk.PID())
	select {} // until killed
}

func TestNoChildOutlivesAKilledParent(t *testing.T) {
	skipShort(t)
	dir, err := os.MkdirTemp("", "hl")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	parent := exec.Command(os.Args[0], "-test.run=^TestParent$")
	parent.Env = append(os.Environ(), parentDir+"="+dir)
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var pids [3]int
	for lines := bufio.NewScanner(out); pids[2] == 0; {
		if !lines.Scan() {
			t.Fatal("the parent ended by itself")
		}
		fmt.Sscanf(lines.Text(), "pids %d %d %d", &pids[0], &pids[1], &pids[2])
	}

	parent.Process.Kill()
	killed := time.Now()
	parent.Wait()
	// Every child, and every child of a child, holds the folder's lock open: it is free when the last one is gone.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	lock, err := lockDir(ctx, dir)
	if err != nil {
		t.Fatalf("children live on: %v", err)
	}
	lock.Close()
	t.Logf("all gone after %s", time.Since(killed).Round(time.Millisecond))
	for _, pid := range pids {
		if err := syscall.Kill(pid, 0); err == nil && !zombie(pid) {
			t.Errorf("process %d lives on", pid)
		}
	}
}

// zombie is a process that is dead and only not yet buried by its new parent.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	var id int
	var name, state string
	fmt.Sscanf(string(stat), "%d %s %s", &id, &name, &state)
	return state == "Z"
}
