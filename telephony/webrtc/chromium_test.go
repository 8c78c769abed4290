package webrtc

import (
	_ "embed"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"hotline/telephony/audio"
)

//go:embed testdata/page.html
var page string

// A real browser: its microphone's 440 Hz is found at Asterisk, the caller's 1000 Hz in its loudspeaker, its key is told.
func TestChromiumSpeaksHearsAndDials(t *testing.T) {
	chromium, err := exec.LookPath("chromium")
	if testing.Short() || err != nil {
		t.Skip("needs chromium")
	}
	s := openServer(t)
	seat, events := openSeat(t, s, "agent1")
	a := openAsterisk(t)
	seat.Attach(a.addr())
	a.speak(seat, 1000)

	told := make(chan string, 10)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) })
	mux.HandleFunc("POST /offer", func(w http.ResponseWriter, r *http.Request) {
		offer, _ := io.ReadAll(r.Body)
		answer, err := seat.Offer(r.Context(), string(offer))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			t.Error(err)
			return
		}
		_, _ = io.WriteString(w, answer)
	})
	mux.HandleFunc("POST /told", func(_ http.ResponseWriter, r *http.Request) {
		what, _ := io.ReadAll(r.Body)
		told <- string(what)
	})
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)

	openChromium(t, chromium, web.URL)
	await(t, events, Connected)
	n := a.heard.until(t, 0, "sound of the microphone", isSound)
	heard := waitFor(t, told, "heard ")
	if hz, err := strconv.ParseFloat(heard, 64); err != nil || hz < 980 || hz > 1020 {
		t.Errorf("the browser heard %q, want 1000 Hz", heard)
	}
	a.heard.tone(t, 440)
	if ev := await(t, events, Digit); ev.Digit != '5' {
		t.Errorf("told %c", ev.Digit)
	}
	if rtt, err := strconv.ParseFloat(waitFor(t, told, "rtt "), 64); err != nil || rtt > 0.5 {
		t.Errorf("the browser takes the round trip for %v s", rtt) // from our receiver reports
	}
	for end := time.Now().Add(patience); seat.Quality().RTT == 0 && time.Now().Before(end); {
		a.heard.next(t, 10) // until the browser has reported once
	}
	q := seat.Quality()
	if q.RTT <= 0 || q.RTT > 500 || q.MOS < 3 {
		t.Errorf("quality %+v", q)
	}
	t.Logf("quality %+v, heard %s Hz, %d packets before sound", q, heard, n)
}

func openChromium(t *testing.T, path, url string) {
	t.Helper()
	dir := t.TempDir()
	wav := filepath.Join(dir, "tone.wav")
	// Chromium plays the file in a loop; two seconds are a whole number of cycles.
	tone := audio.Tone(48000, 440, 2*time.Second)
	if err := (audio.WAV{Rate: 48000, Channels: 1, Samples: tone}).WriteFile(wav); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
		"--use-fake-device-for-media-stream", "--use-file-for-fake-audio-capture="+wav,
		"--webrtc-ip-handling-policy=default_public_interface_only", "--allow-loopback-in-peer-connection",
		"--autoplay-policy=no-user-gesture-required", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--no-first-run", "--disable-quic", "--remote-debugging-port=0",
		"--user-data-dir="+filepath.Join(dir, "profile"), url)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its helpers end with it
	cmd.Stderr = io.Discard
	if os.Getenv("CHROMIUM_LOG") != "" {
		cmd.Stderr = os.Stderr
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait()
	})
}

// waitFor gives the rest of the first line the page tells that begins so.
func waitFor(t *testing.T, told <-chan string, prefix string) string {
	t.Helper()
	timeout := time.After(2 * patience)
	for {
		select {
		case line := <-told:
			if rest, ok := strings.CutPrefix(line, prefix); ok {
				return rest
			}
			t.Logf("the page says %q", line)
		case <-timeout:
			t.Fatalf("the page never told %q", prefix)
		}
	}
}
