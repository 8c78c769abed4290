package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hotline/telephony/audio"
)

// micHz is the tone that every browser's microphone hears.
const micHz = 440

// chromium is a real browser without a window, driven over its DevTools protocol. Every person in it has cookies,
// storage and permissions of their own.
type chromium struct {
	t    *testing.T
	conn *websocket.Conn

	mu      sync.Mutex
	serial  int
	waiting map[int]chan reply
	people  map[string]*person // by DevTools session
}

type reply struct {
	ID      int             `json:"id"`
	Session string          `json:"sessionId"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// browserPath skips the test where no browser is wanted, and fails it where one must be.
func browserPath(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs chromium")
	}
	path, err := exec.LookPath("chromium")
	switch {
	case err == nil:
		return path
	case os.Getenv("CI") == "true":
		t.Fatal("chromium is missing: deploy/install/debian.sh test")
	default:
		t.Skip("needs chromium")
	}
	return ""
}

func openChromium(t *testing.T) *chromium {
	t.Helper()
	path, dir := browserPath(t), t.TempDir()
	tone := filepath.Join(dir, "microphone.wav")
	// The file is played in a loop: a whole number of cycles.
	if err := (audio.WAV{Rate: 48000, Channels: 1, Samples: audio.Tone(48000, micHz, 2*time.Second)}).WriteFile(tone); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
		"--use-fake-device-for-media-stream", "--use-file-for-fake-audio-capture="+tone,
		"--webrtc-ip-handling-policy=default_public_interface_only", "--allow-loopback-in-peer-connection",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--disable-quic",
		"--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-US", "--remote-debugging-port=0",
		"--user-data-dir="+filepath.Join(dir, "profile"), "about:blank")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its helpers end with it
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
	c := &chromium{t: t, waiting: map[int]chan reply{}, people: map[string]*person{}}
	if c.conn, _, err = websocket.DefaultDialer.DialContext(t.Context(), devTools(t, said), nil); err != nil {
		t.Fatal(err)
	}
	go c.read()
	return c
}

// devTools is the address that the browser says it listens on.
func devTools(t *testing.T, said io.Reader) string {
	t.Helper()
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if url, ok := strings.CutPrefix(lines.Text(), "DevTools listening on "); ok {
				found <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, said)
	}()
	select {
	case url := <-found:
		return url
	case <-time.After(patience):
		t.Fatal("chromium does not start")
		return ""
	}
}

func (c *chromium) read() {
	for {
		var r reply
		if c.conn.ReadJSON(&r) != nil {
			return
		}
		c.mu.Lock()
		answer, who := c.waiting[r.ID], c.people[r.Session]
		delete(c.waiting, r.ID)
		c.mu.Unlock()
		switch {
		case answer != nil:
			answer <- r
		case who != nil && r.Method != "":
			who.told(r.Method, r.Params)
		}
	}
}

// do asks the browser (session "") or one tab of it for something.
func (c *chromium) do(session, method string, params any, result any) error {
	c.mu.Lock()
	c.serial++
	id, answer := c.serial, make(chan reply, 1)
	c.waiting[id] = answer
	err := c.conn.WriteJSON(map[string]any{"id": id, "method": method, "params": params, "sessionId": session})
	c.mu.Unlock()
	if err != nil {
		return err
	}
	select {
	case r := <-answer:
		if r.Error != nil {
			return fmt.Errorf("%s: %s", method, r.Error.Message)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(r.Result, result)
	case <-time.After(patience):
		return fmt.Errorf("%s: no answer in %v", method, patience)
	}
}
