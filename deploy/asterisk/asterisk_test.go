package asterisk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hotline/telephony/audio"
)

func settings() Settings {
	return Settings{Installed: Installed{Modules: "/m", Data: "/nowhere"}, SIP: "127.0.0.1:5060", ARI: "127.0.0.1:8088",
		User: "hotline", Password: "p", Trunk: "127.0.0.1:5070", Open: true,
		Phones: []Phone{{Name: "agent1"}, {Name: "agent2", Contact: "127.0.0.1:6000", Password: "two"}}}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "etc", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSettingsBecomeAConfiguration(t *testing.T) {
	dir := t.TempDir()
	if err := Write(dir, settings()); err != nil {
		t.Fatal(err)
	}
	if err := Write(dir, settings()); err != nil {
		t.Fatalf("a second time: %v", err)
	}
	for name, want := range map[string][]string{
		"pjsip.conf": {"bind = 127.0.0.1:5060", "[agent1](phone)", "contact = sip:agent2@127.0.0.1:6000", "password = two",
			"contact = sip:trunk@127.0.0.1:5070", "rtp_timeout = 60"},
		"ari.conf":        {"[hotline]", "channelvars = HOTLINE_CALL"},
		"http.conf":       {"bindaddr = 127.0.0.1", "bindport = 8088"},
		"asterisk.conf":   {"live_dangerously = no", "astdatadir => " + dir + "/data"},
		"extensions.conf": {"Stasis(hotline,in,${EXTEN})"},
		"rtp.conf":        {"rtpstart = 20000", "rtpend = 29999"},
	} {
		text := read(t, dir, name)
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s lacks %q", name, w)
			}
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "etc", "ari.conf")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file with the password: %v %v", info.Mode(), err)
	}
}

func TestExtraLinesComeBehindOurs(t *testing.T) {
	s, dir := settings(), t.TempDir()
	s.Extra = map[string]string{"modules.conf": "load = app_queue.so\n", "queues.conf": "[general]\n"}
	if err := Write(dir, s); err != nil {
		t.Fatal(err)
	}
	if text := read(t, dir, "modules.conf"); !strings.HasPrefix(text, "; Only what") || !strings.HasSuffix(text, "\nload = app_queue.so\n") {
		t.Errorf("modules.conf is %q", text)
	}
	if text := read(t, dir, "queues.conf"); text != "[general]\n" {
		t.Errorf("queues.conf is %q", text)
	}
}

func TestACarrierIsKnownByItsAddress(t *testing.T) {
	s, dir := settings(), t.TempDir()
	s.SIP, s.Open, s.TrunkFrom, s.PhonePassword = "0.0.0.0:5060", false, []string{"192.0.2.7", "198.51.100.0/24"}, "secret"
	s.External = "203.0.113.5"
	if err := Write(dir, s); err != nil {
		t.Fatal(err)
	}
	text := read(t, dir, "pjsip.conf")
	for _, w := range []string{"match = 192.0.2.7", "match = 198.51.100.0/24", "external_media_address = 203.0.113.5"} {
		if !strings.Contains(text, w) {
			t.Errorf("lacks %q", w)
		}
	}
	for _, w := range []string{"match_request_uri", "bind_rtp_to_media_address"} {
		if strings.Contains(text, w) {
			t.Errorf("has %q", w)
		}
	}
}

func TestDangerousSettingsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"no password for ARI":                   func(s *Settings) { s.Password = "" },
		"calls from anybody beyond loopback":    func(s *Settings) { s.SIP = "0.0.0.0:5060" },
		"a phone without password off loopback": func(s *Settings) { s.SIP, s.Open = "0.0.0.0:5060", false },
		"a line break in a password":            func(s *Settings) { s.Password = "p\nread_only = no" },
		"a section in a phone's name":           func(s *Settings) { s.Phones[0].Name = "agent1](trunk" },
	} {
		s := settings()
		change(&s)
		if err := Write(t.TempDir(), s); !errors.Is(err, ErrSettings) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheMusicHoldsNoTestTone(t *testing.T) {
	sound := music()
	if s := len(sound) / audio.Rate; s != 20 {
		t.Errorf("music of %d s", s)
	}
	loudest := 0
	for _, v := range sound {
		loudest = max(loudest, int(v), -int(v))
	}
	if loudest < 3000 || loudest > 12000 {
		t.Errorf("the loudest sample is %d", loudest)
	}
	for _, hz := range []float64{400, 425, 440, 450, 480, 600, 620, 700, 800, 1000, 1100, 1400} {
		if audio.HasTone(sound, audio.Rate, hz) {
			t.Errorf("the music holds %g Hz", hz)
		}
	}
}

func TestEveryPromptIsThereInBothLanguages(t *testing.T) {
	ids := map[string]bool{}
	for _, p := range PromptList() {
		if p.English == "" || p.Russian == "" || ids[p.ID] {
			t.Errorf("%q is empty or there twice", p.ID)
		}
		ids[p.ID] = true
	}
	for _, id := range strings.Fields("greeting closed we-call-back leave-message message-menu message-kept away unknown-line one-moment sorry-hold no-agent goodbye") {
		if !ids[id] {
			t.Errorf("no prompt %q", id)
		}
	}
}

func TestVersionsAreCompared(t *testing.T) {
	for have, want := range map[string]bool{"22.10.1": true, "22.10.0": false, "22.9.9": false, "22.11.0": true, "23.0.0": true, "20.19.3": false, "": false, "GIT": false} {
		if AtLeast(have, Oldest) != want {
			t.Errorf("AtLeast(%q) is not %v", have, want)
		}
	}
}
