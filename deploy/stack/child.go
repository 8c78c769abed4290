package stack

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrNotReady says that a child ended, or did not say in time that it is ready. The text carries the end of its log.
var ErrNotReady = errors.New("stack: child is not ready")

// stopGrace is how long a child may take to end in order before it is killed.
const stopGrace = 5 * time.Second

// startGrace is how long a child may take to serve.
const startGrace = 30 * time.Second

// Child is one real server as a child process. It can be stopped, killed, frozen and started again in the
// middle of a test; its ports and data stay. It dies with the process that started it, however that one ends.
type Child struct {
	Name string

	command   func() (*exec.Cmd, error) // a fresh command for each start
	readyLine string                    // what it prints when it serves
	notYet    string                    // what it prints when children of a killed predecessor still work: try again
	stopWith  syscall.Signal            // ends it in order
	dieWith   syscall.Signal            // sent by the kernel when we die
	logPath   string

	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{} // closed when the process is gone; nil before the first start
}

// Start starts the child and returns when it serves. Starting a child that runs does nothing.
func (c *Child) Start(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done != nil && !closed(c.done) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, startGrace)
	defer cancel()
	for {
		err := c.startOnce(ctx)
		if err == nil || c.notYet == "" || !strings.Contains(err.Error(), c.notYet) || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (c *Child) startOnce(ctx context.Context) error {
	cmd, err := c.command()
	if err != nil {
		return fmt.Errorf("stack: %s: %w", c.Name, err)
	}
	log, err := os.OpenFile(c.logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("stack: %s: %w", c.Name, err)
	}
	out := &watch{to: log, line: c.readyLine, seen: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = time.Second // grandchildren may hold the pipe a moment longer
	done, err := c.run(cmd, log)
	if err != nil {
		log.Close()
		return fmt.Errorf("stack: start %s: %w", c.Name, err)
	}
	c.cmd, c.done = cmd, done
	select {
	case <-out.seen:
		return nil
	case <-done:
		return fmt.Errorf("%w: %s ended: %s", ErrNotReady, c.Name, out.tail())
	case <-ctx.Done():
		cmd.Process.Kill()
		<-done
		return fmt.Errorf("%w: %s: %w: %s", ErrNotReady, c.Name, ctx.Err(), out.tail())
	}
}

// run starts the process and waits for its end on one thread of its own: the kernel sends the death signal when
// the THREAD that started a child ends, so that thread must live as long as the child does.
func (c *Child) run(cmd *exec.Cmd, log io.Closer) (chan struct{}, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = c.dieWith
	cmd.SysProcAttr.Setpgid = true // Ctrl-C on the terminal is for us; we stop the children in order
	started, done := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		for _, f := range cmd.ExtraFiles {
			f.Close()
		}
		started <- err
		if err != nil {
			return
		}
		cmd.Wait()
		log.Close()
		close(done)
	}()
	return done, <-started
}

// Stop ends the child in order, and kills it when that takes more than five seconds.
func (c *Child) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil || closed(c.done) {
		return nil
	}
	c.cmd.Process.Signal(syscall.SIGCONT)
	c.cmd.Process.Signal(c.stopWith)
	select {
	case <-c.done:
		return nil
	case <-time.After(stopGrace):
	}
	c.cmd.Process.Kill()
	<-c.done
	return fmt.Errorf("stack: %s did not stop in %s and was killed", c.Name, stopGrace)
}

// Kill ends the child like a power cut does, and returns when it is gone.
func (c *Child) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done == nil || closed(c.done) {
		return nil
	}
	if err := c.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stack: kill %s: %w", c.Name, err)
	}
	<-c.done
	return nil
}

// Freeze makes the child hang: alive, connected, silent. Thaw wakes it.
func (c *Child) Freeze() error { return c.signal(syscall.SIGSTOP) }

// Thaw wakes a frozen child.
func (c *Child) Thaw() error { return c.signal(syscall.SIGCONT) }

func (c *Child) signal(s syscall.Signal) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd == nil || c.cmd.Process == nil {
		return fmt.Errorf("stack: %s was never started", c.Name)
	}
	return c.cmd.Process.Signal(s)
}

// PID is the process id of the last start, 0 before it.
func (c *Child) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cmd == nil || c.cmd.Process == nil {
		return 0
	}
	return c.cmd.Process.Pid
}

// Done is closed when the process of the last start is gone; nil before the first start.
func (c *Child) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done
}

func closed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// watch copies a child's output to its log and notices the line that says "ready".
type watch struct {
	to   io.Writer
	line string
	once sync.Once
	seen chan struct{}

	mu   sync.Mutex
	last []byte
}

func (w *watch) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.last = append(w.last, p...)
	if len(w.last) > 8192 {
		w.last = append([]byte(nil), w.last[len(w.last)-4096:]...)
	}
	if bytes.Contains(w.last, []byte(w.line)) {
		w.once.Do(func() { close(w.seen) })
	}
	w.mu.Unlock()
	w.to.Write(p) // a full disk must not block or end the child
	return len(p), nil
}

// tail is the end of the log on one line.
func (w *watch) tail() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var lines []string
	for s := bufio.NewScanner(bytes.NewReader(w.last)); s.Scan(); {
		lines = append(lines, strings.TrimSpace(s.Text()))
	}
	if len(lines) > 8 {
		lines = lines[len(lines)-8:]
	}
	return strings.Join(lines, " | ")
}
