package asterisk

import (
	"errors"
	"os"
	"path/filepath"
)

// linkData makes the data folder: everything is a link to what is installed, but the languages are folders of our
// own, since our prompts lie beside the installed sounds.
func linkData(installed, data string) error {
	if err := linkAll(installed, data, "sounds"); err != nil {
		return err
	}
	for language, pattern := range map[string]string{"en": "en_*", "ru": "ru_*"} {
		dir := filepath.Join(data, "sounds", language)
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return err
		}
		if err := linkAll(soundsOf(installed, language, pattern), dir, "beep.wav"); err != nil {
			return err
		}
		if err := writeBeep(filepath.Join(dir, "beep.wav")); err != nil {
			return err
		}
	}
	return nil
}

// soundsOf is the folder of one language: "ru", or "ru_RU_f_IvrvoiceRU" when nobody made the short link.
func soundsOf(installed, language, pattern string) string {
	dir := filepath.Join(installed, "sounds", language)
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	if found, _ := filepath.Glob(filepath.Join(installed, "sounds", pattern)); len(found) > 0 {
		return found[0]
	}
	return dir
}

// linkAll links every entry of one folder into another, except one. A folder that is not there links nothing.
func linkAll(from, to, except string) error {
	entries, err := os.ReadDir(from)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		if e.Name() == except {
			continue
		}
		target, link := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		if now, err := os.Readlink(link); err == nil && now == target {
			continue
		}
		os.Remove(link)
		if err := os.Symlink(target, link); err != nil {
			return err
		}
	}
	return nil
}
