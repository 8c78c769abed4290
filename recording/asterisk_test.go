package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hotline/deploy/stack"
	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// rest is the little of Asterisk's REST interface that this test needs.
type rest struct{ stack.ARI }

func (r rest) do(ctx context.Context, method, name, more string) (*http.Response, error) {
	ask, err := http.NewRequestWithContext(ctx, method, r.URL+"/recordings/stored/"+url.PathEscape(name)+more, nil)
	if err != nil {
		return nil, err
	}
	ask.SetBasicAuth(r.User, r.Password)
	answer, err := http.DefaultClient.Do(ask)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return nil, ErrNotFound
	}
	return nil, fmt.Errorf("asterisk answers %s", answer.Status)
}

func (r rest) fetch(ctx context.Context, name string) (io.ReadCloser, error) {
	answer, err := r.do(ctx, http.MethodGet, name, "/file")
	if err != nil {
		return nil, err
	}
	return answer.Body, nil
}

func (r rest) forget(ctx context.Context, name string) error {
	answer, err := r.do(ctx, http.MethodDelete, name, "")
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// caller is somebody who says a tone all the time to a line whose server is not there.
func caller(t *testing.T, st *stack.Stack, number string) *phone.Call {
	t.Helper()
	p, err := phone.New(phone.Config{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	call, err := p.Dial(t.Context(), "sip:200@"+st.SIPAddr, phone.Caller{Number: number})
	if err != nil {
		t.Fatal(err)
	}
	call.Play(audio.ToneSource(700))
	return call
}

// message is what the dialplan takes from that caller, as soon as sound of it is on the disk.
func message(t *testing.T, st *stack.Stack, number string) Item {
	t.Helper()
	for late := time.After(time.Minute); ; {
		found, _ := filepath.Glob(filepath.Join(st.RecordingDir, "fallback~*~200~"+number+"~*.wav"))
		for _, path := range found {
			if info, err := os.Stat(path); err != nil || info.Size() <= audio.HeaderSize {
				continue
			}
			item, ok := ItemOf(strings.TrimSuffix(filepath.Base(path), ".wav"))
			if !ok {
				t.Fatalf("%s is not understood", path)
			}
			return item
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-late:
			t.Fatal("no message is taken from", number)
		}
	}
}

func TestARealAsteriskHungUpAndKilled(t *testing.T) {
	st := stack.New(t, stack.Config{Asterisk: true})
	h, ctx, ari := newHouse(t), context.Background(), rest{st.ARI}
	s := New(h.pool, h.folder, Asterisk{Fetch: ari.fetch, Forget: ari.forget}, quiet())

	call := caller(t, st, "15550100001")
	caller(t, st, "15550100002")
	hungUp, cutOff := message(t, st, "15550100001"), message(t, st, "15550100002")
	for _, item := range []Item{hungUp, cutOff} {
		if r, err := s.Adopt(ctx, item); !errors.Is(err, ErrNotYet) {
			t.Fatalf("while it is being written: %+v, %v", r, err)
		}
	}
	h.must(t, call.Hangup(ctx))
	var r Recording
	var err error
	for late := time.Now().Add(10 * time.Second); r.State != Kept; {
		if r, err = s.Keep(ctx, hungUp.Name, 0); err != nil && (!errors.Is(err, ErrNotYet) || time.Now().After(late)) {
			t.Fatal(err)
		}
	}
	if h.proves(t, r); r.Note != "" || !audio.HasTone(h.sound(t, r.ID).Samples, audio.Rate, 700) {
		t.Errorf("%+v", r)
	}

	h.must(t, st.Asterisk.Kill())
	h.rest(t)
	if _, err := s.Keep(ctx, cutOff.Name, 0); err == nil || errors.Is(err, ErrNotYet) {
		t.Fatal("a dead Asterisk answers", err)
	}
	h.must(t, st.Asterisk.Start(ctx))
	for range 2 {
		h.rest(t)
		r, err = s.Keep(ctx, cutOff.Name, 0)
	}
	h.must(t, err)
	if h.proves(t, r); r.State != Cut || r.Note != noteKilled || !audio.HasTone(h.sound(t, r.ID).Samples, audio.Rate, 700) {
		t.Errorf("%+v", r)
	}
	if left, err := filepath.Glob(filepath.Join(st.RecordingDir, "fallback~*")); err != nil || len(left) != 0 {
		t.Errorf("left in Asterisk: %v, %v", left, err)
	}
}
