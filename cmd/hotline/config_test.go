package main

import (
	"bytes"
	"strings"
	"testing"
)

func setAll(t *testing.T) {
	for k, v := range map[string]string{"HOTLINE_DATABASE_URL": "postgres://127.0.0.1:1/x", "HOTLINE_REDIS_URL": "redis://127.0.0.1:1",
		"HOTLINE_ARI_URL": "http://127.0.0.1:1/ari", "HOTLINE_ARI_USER": "u", "HOTLINE_ARI_PASSWORD": "p"} {
		t.Setenv(k, v)
	}
}

func TestWrongConfigurationIsOneLineThatNamesTheVariable(t *testing.T) {
	for _, c := range []struct{ name, value string }{
		{"HOTLINE_DATABASE_URL", ""},
		{"HOTLINE_DATABASE_URL", "not a url"},
		{"HOTLINE_REDIS_URL", "localhost"},
		{"HOTLINE_ARI_URL", "\x00"},
		{"HOTLINE_ARI_PASSWORD", ""},
		{"HOTLINE_HTTP", "8080"},
		{"HOTLINE_ZONE", "Mars/Olympus"},
		{"HOTLINE_MEDIA_IP", "here"},
		{"HOTLINE_SECURE", "maybe"},
	} {
		t.Run(c.name, func(t *testing.T) {
			setAll(t)
			if strings.ContainsRune(c.value, 0) {
				c.value = "://"
			}
			t.Setenv(c.name, c.value)
			_, err := readConfig()
			if err == nil || !strings.Contains(err.Error(), c.name) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s=%q: %v", c.name, c.value, err)
			}
		})
	}
}

func TestDoctorNamesWhatIsMissingAndTheRemedy(t *testing.T) {
	setAll(t)
	t.Setenv("HOTLINE_RECORDINGS", "/does/not/exist")
	var out bytes.Buffer
	if err := run(t.Context(), []string{"doctor"}, &out, &out); err == nil {
		t.Error("the doctor found nothing")
	}
	for _, what := range []string{"FAIL  database", "FAIL  queue", "FAIL  asterisk", "FAIL  recordings", "ok    http", "remedy:"} {
		if !strings.Contains(out.String(), what) {
			t.Errorf("the doctor did not say %q:\n%s", what, out.String())
		}
	}
}
