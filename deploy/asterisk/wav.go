package asterisk

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"

	"hotline/telephony/audio"
)

// writeSpeech writes a WAV as Asterisk plays it without conversion: 16 bits, mono, 8 kHz. Who looks at the path sees
// nothing or the whole file, also when several processes write it at once.
func writeSpeech(path string, samples []int16) error {
	var b bytes.Buffer
	if err := (audio.WAV{Rate: audio.Rate, Channels: 1, Samples: samples}).Write(&b); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // nothing is left of it when the rename went well
	_, err = f.Write(b.Bytes())
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
