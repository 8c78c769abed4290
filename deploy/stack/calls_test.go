package stack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hotline/deploy/asterisk"
	"hotline/deploy/stack"
	"hotline/telephony/audio"
	"hotline/telephony/phone"
)

// rest asks Asterisk and returns the status and the answer.
func rest(t *testing.T, s *stack.Stack, method, path string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequest(method, s.ARI.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(s.ARI.User, s.ARI.Password)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body
}

type event struct {
	Type    string
	Args    []string
	Channel struct {
		ID          string
		ChannelVars map[string]string
		Dialplan    struct{ Exten string }
		Caller      struct{ Number string }
	}
}

// listen connects as the application and hands over its events.
func listen(t *testing.T, s *stack.Stack) func(kind string) event {
	t.Helper()
	u := "ws" + strings.TrimPrefix(s.ARI.URL, "http") + "/events?app=" + s.ARI.App +
		"&api_key=" + url.QueryEscape(s.ARI.User+":"+s.ARI.Password)
	conn, _, err := websocket.DefaultDialer.Dial(u, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return func(kind string) event {
		t.Helper()
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		for {
			var e event
			if err := conn.ReadJSON(&e); err != nil {
				t.Fatalf("waiting for %s: %v", kind, err)
			}
			if e.Type == kind {
				return e
			}
		}
	}
}

func newPhone(t *testing.T, user string) *phone.Phone {
	t.Helper()
	p, err := phone.New(phone.Config{Listen: "127.0.0.1:0", User: user})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func dial(t *testing.T, s *stack.Stack, number, from string) *phone.Call {
	t.Helper()
	call, err := newPhone(t, "caller").Dial(t.Context(), "sip:"+number+"@"+s.SIPAddr, phone.Caller{Number: from})
	if err != nil {
		t.Fatal(err)
	}
	return call
}

func wait(t *testing.T, call *phone.Call, kind phone.Kind) phone.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	e, err := call.Wait(ctx, kind)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// leaveMessage says one second of a tone after the beep, goes on with another tone and hangs up in the middle of it.
func leaveMessage(t *testing.T, call *phone.Call) {
	t.Helper()
	wait(t, call, phone.Answered)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := call.WaitTone(ctx, asterisk.BeepHz); err != nil {
		t.Fatalf("no beep: %v (%s)", err, call.End())
	}
	<-call.Play(audio.Once(audio.Tone(audio.Rate, 620, 1500*time.Millisecond)))
	call.Play(audio.ToneSource(1300))
	time.Sleep(time.Second) // this is how long the caller talks
	if err := call.Hangup(ctx); err != nil {
		t.Fatal(err)
	}
}

// stored waits for the one message in Asterisk's keeping and returns its name.
func stored(t *testing.T, s *stack.Stack) string {
	t.Helper()
	for range 100 {
		var channels, recordings []struct{ Name string }
		_, body := rest(t, s, "GET", "/channels")
		if err := json.Unmarshal(body, &channels); err != nil {
			t.Fatal(err)
		}
		_, body = rest(t, s, "GET", "/recordings/stored")
		if err := json.Unmarshal(body, &recordings); err != nil {
			t.Fatal(err)
		}
		if len(channels) == 0 && len(recordings) == 1 {
			return recordings[0].Name
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("no message was kept")
	return ""
}

// takeHome fetches a message over ARI, proves that it holds what was said, and deletes it.
func takeHome(t *testing.T, s *stack.Stack, name string) {
	t.Helper()
	path := "/recordings/stored/" + url.QueryEscape(name) // Asterisk reads a bare + as a blank
	status, file := rest(t, s, "GET", path+"/file")
	if status != 200 {
		t.Fatalf("file of %s: %d %s", name, status, file)
	}
	sound, err := audio.Parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(file[:audio.HeaderSize], audio.Header(audio.Rate, 1, uint32(len(file)-audio.HeaderSize))) {
		t.Errorf("the header does not fit the file: % x", file[:audio.HeaderSize])
	}
	if !audio.HasTone(sound.Samples, audio.Rate, 620) || !audio.HasTone(sound.Samples, audio.Rate, 1300) {
		t.Errorf("what was said is not in the message of %s", sound.Duration())
	}
	if status, body := rest(t, s, "DELETE", path); status != 204 {
		t.Errorf("delete: %d %s", status, body)
	}
	if status, _ := rest(t, s, "GET", path); status != 404 {
		t.Errorf("after delete: %d", status)
	}
}

func TestWithoutAServerTheCallerLeavesAMessage(t *testing.T) {
	t.Parallel()
	s := stack.New(t, stack.Config{Asterisk: true})
	leaveMessage(t, dial(t, s, "100", "+15550100001"))
	name := stored(t, s)
	if !regexp.MustCompile(`^fallback~\d{10}~100~\+15550100001~[0-9a-f-]{36}$`).MatchString(name) {
		t.Errorf("the message is called %q", name)
	}
	takeHome(t, s, name)
}

func TestAHungServerDoesNotHoldTheCaller(t *testing.T) {
	t.Parallel()
	s := stack.New(t, stack.Config{Asterisk: true})
	next := listen(t, s)
	call := dial(t, s, "100", "anonymous")
	start := next("StasisStart") // and nothing more: the server hangs
	leaveMessage(t, call)
	name := stored(t, s)
	if !strings.HasSuffix(name, "~100~~"+start.Channel.ChannelVars["HOTLINE_CALL"]) {
		t.Errorf("the message %q is not of call %v", name, start.Channel.ChannelVars)
	}
	takeHome(t, s, name)
}

func TestACallSentBackBecomesAMessage(t *testing.T) {
	t.Parallel()
	s := stack.New(t, stack.Config{Asterisk: true})
	next := listen(t, s)
	call := dial(t, s, "200", "15550100002")
	channel := "/channels/" + next("StasisStart").Channel.ID
	rest(t, s, "POST", channel+"/variable?variable=TIMEOUT(absolute)&value=0")
	rest(t, s, "POST", channel+"/variable?variable=HOTLINE_FALLBACK&value=1")
	if status, body := rest(t, s, "POST", channel+"/continue"); status != 204 {
		t.Fatalf("%d %s", status, body)
	}
	leaveMessage(t, call)
	takeHome(t, s, stored(t, s))
}

func TestTheFirstStepDisarmsTheTimeout(t *testing.T) {
	t.Parallel()
	s := stack.New(t, stack.Config{Asterisk: true})
	next := listen(t, s)
	call := dial(t, s, "100", "agent1") // a caller called like a desk phone is not asked for a password
	start := next("StasisStart")
	if start.Channel.Dialplan.Exten != "100" || start.Args[0] != "in" || start.Channel.Caller.Number != "agent1" {
		t.Errorf("the call came as %+v", start)
	}
	channel := "/channels/" + start.Channel.ID
	rest(t, s, "POST", channel+"/variable?variable=TIMEOUT(absolute)&value=0")
	rest(t, s, "POST", channel+"/answer")
	wait(t, call, phone.Answered)
	rest(t, s, "POST", channel+"/moh")
	time.Sleep(3500 * time.Millisecond) // longer than the timeout
	if status, _ := rest(t, s, "GET", channel); status != 200 {
		t.Errorf("the call is gone: %s", call.End())
	}
	music := call.Heard()
	if audio.Power(music, audio.Rate, 392) < 1000 {
		t.Error("no music was heard")
	}
	rest(t, s, "DELETE", channel)
	if e := next("StasisEnd"); e.Channel.ChannelVars["HOTLINE_CALL"] != start.Channel.ChannelVars["HOTLINE_CALL"] {
		t.Errorf("the last event names call %v", e.Channel.ChannelVars)
	}
	wait(t, call, phone.Ended)
}

func TestAnythingMayBeDialled(t *testing.T) {
	t.Parallel()
	s := stack.New(t, stack.Config{Asterisk: true})
	next := listen(t, s)
	for _, number := range []string{"7", "+15550100009", "agent1", "999", "a,b", "..%2f..%2fetc", "$%7bSHELL(id)%7d", "s", "i", "1%d0%b9", "%3cscript%3e", "'or'1'='1"} {
		call := dial(t, s, number, "15550100003")
		start := next("StasisStart")
		if start.Channel.ChannelVars["HOTLINE_CALL"] == "" {
			t.Errorf("%s: no call id", number)
		}
		t.Logf("%s came as %q", number, start.Channel.Dialplan.Exten)
		rest(t, s, "DELETE", "/channels/"+start.Channel.ID)
		wait(t, call, phone.Ended)
	}
	wait(t, dial(t, s, "h", "15550100003"), phone.Ended) // the two words that mean something to the dialplan
	wait(t, dial(t, s, "T", "15550100003"), phone.Answered)
	if e := wait(t, dial(t, s, "%d0%b9", "15550100003"), phone.Ended); e.Code != 404 {
		t.Errorf("a Cyrillic letter: %+v", e)
	}
}

func TestADeskPhoneRegistersAndRings(t *testing.T) {
	t.Parallel()
	static := newPhone(t, "agent2")
	trunk := newPhone(t, "carrier")
	s := stack.New(t, stack.Config{Asterisk: true, Trunk: trunk.Addr(), PhoneContacts: map[string]string{"agent2": static.Addr()}})
	listen(t, s)
	desk := newPhone(t, "agent1")
	if err := desk.Register(t.Context(), s.SIPAddr, "agent1", ""); err != nil {
		t.Fatal(err)
	}
	for endpoint, rings := range map[string]*phone.Phone{"PJSIP/agent1": desk, "PJSIP/agent2": static, "PJSIP/+15550100077@trunk": trunk} {
		status, body := rest(t, s, "POST", "/channels?app=hotline&timeout=10&callerId=100&endpoint="+url.QueryEscape(endpoint))
		if status != 200 {
			t.Fatalf("%s: %d %s", endpoint, status, body)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		call, err := rings.Accept(ctx)
		cancel()
		if err != nil {
			t.Fatalf("%s: %v", endpoint, err)
		}
		if endpoint == "PJSIP/+15550100077@trunk" && call.Dialled() != "+15550100077" {
			t.Errorf("the carrier was asked for %q", call.Dialled())
		}
		call.Decline(486)
	}
}

func TestACallerWhoVanishesIsHungUp(t *testing.T) {
	t.Parallel()
	s := stack.New(t, stack.Config{Asterisk: true, RTPTimeout: 2 * time.Second, RTP: "19000-19099"})
	next := listen(t, s)
	ctx, vanish := context.WithCancel(t.Context())
	defer vanish()
	gone := silentCaller(ctx, t, s)
	channel := next("StasisStart").Channel.ID
	rest(t, s, "POST", "/channels/"+channel+"/variable?variable=TIMEOUT(absolute)&value=0")
	rest(t, s, "POST", "/channels/"+channel+"/answer")
	gone()
	if e := next("StasisEnd"); e.Channel.ID != channel {
		t.Errorf("%s ended", e.Channel.ID)
	}
}
