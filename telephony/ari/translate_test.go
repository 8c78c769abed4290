package ari

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"hotline/telephony"
)

// golden is one case of testdata/events.txt.
type golden struct{ name, raw, want string }

func goldens(t testing.TB) (all []golden) {
	b, err := os.ReadFile("testdata/events.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(b), "\n= ")[1:] {
		lines := strings.SplitN(strings.TrimSpace(part), "\n", 3)
		all = append(all, golden{lines[0], lines[1], strings.TrimPrefix(lines[2], "-> ")})
	}
	return all
}

func said(raw string) string {
	call, ev, ok := Translate([]byte(raw))
	if !ok {
		return "nothing"
	}
	b, _ := json.Marshal(ev)
	return call + " " + string(b)
}

func TestWhatAsteriskSaysMeansToACall(t *testing.T) {
	for _, g := range goldens(t) {
		if got := said(g.raw); got != g.want {
			t.Errorf("%s:\n got %s\nwant %s", g.name, got, g.want)
		}
	}
}

func TestWhatIsNotOursOrNotKnownSaysNothing(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing":                       ``,
		"no JSON":                       `{{`,
		"an event without a type":       `{}`,
		"an event nobody knows":         `{"type":"ChannelTransfer","channel":{"id":"1"}}`,
		"a channel without a call":      `{"type":"StasisStart","args":["in","100"],"channel":{"id":"1"}}`,
		"a call that is no UUID":        `{"type":"StasisStart","args":["in","100"],"channel":{"id":"1","channelvars":{"HOTLINE_CALL":"../x"}}}`,
		"a channel without arguments":   `{"type":"StasisStart","args":[],"channel":{"id":"1","channelvars":{"HOTLINE_CALL":"11111111-2222-4333-8444-555555555555"}}}`,
		"a desk phone that dials":       `{"type":"StasisStart","args":["phone","100"],"channel":{"id":"1","channelvars":{"HOTLINE_CALL":"11111111-2222-4333-8444-555555555555"}}}`,
		"a playback of somebody else":   `{"type":"PlaybackFinished","playback":{"id":"abc"}}`,
		"a recording of somebody else":  `{"type":"RecordingFinished","recording":{"name":"fallback~1~2~3~4"}}`,
		"an agent's key":                `{"type":"ChannelDtmfReceived","digit":"1","channel":{"id":"leg~11111111-2222-4333-8444-555555555555~1"}}`,
		"a channel that is not there":   `{"type":"ChannelDestroyed","cause":16}`,
		"a number where text should be": `{"type":"StasisStart","args":7,"channel":3}`,
	} {
		if got := said(raw); got != "nothing" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestWhatACallerControlsIsCleaned(t *testing.T) {
	raw := `{"type":"StasisStart","application":"hotline","args":["in","100\r\n<script>"],"channel":{"id":"1","channelvars":{"HOTLINE_CALL":"11111111-2222-4333-8444-555555555555"},
		"caller":{"name":"a\u202eb\u0000\r\nInjected: x` + strings.Repeat("y", 300) + `","number":"+1\u0007555"}}}`
	_, ev, ok := Translate([]byte(raw))
	if !ok || ev.Kind != telephony.Came {
		t.Fatalf("got %+v", ev)
	}
	for _, s := range []string{ev.Line, ev.Caller.Name, ev.Caller.Raw} {
		if s != telephony.Clean(s) || strings.ContainsAny(s, "\r\n\x00\u202e") {
			t.Errorf("%q is not clean", s)
		}
	}
}

func TestAFailedVoicemailSaysWhy(t *testing.T) {
	_, ev, _ := Translate([]byte(`{"type":"RecordingFailed","recording":{"name":"vm~11111111-2222-4333-8444-555555555555~1","state":"failed","cause":"disk full"}}`))
	if ev.Kind != telephony.Stored || ev.Cause != "disk full" {
		t.Errorf("got %+v", ev)
	}
}

func FuzzTranslate(f *testing.F) {
	for _, g := range goldens(f) {
		f.Add([]byte(g.raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		call, ev, ok := Translate(raw)
		if ok && (len(call) != 36 || ev.Kind == "") {
			t.Errorf("call %q, event %+v", call, ev)
		}
	})
}

func TestEveryCauseHasWords(t *testing.T) {
	for n, want := range map[int]string{16: "normal", 17: "busy", 19: "no answer", 20: "unregistered", 21: "rejected", 999: "cause 999"} {
		if got := cause(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

func BenchmarkTranslate(b *testing.B) {
	all := goldens(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, g := range all {
			Translate([]byte(g.raw))
		}
	}
}
