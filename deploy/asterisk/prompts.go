package asterisk

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"hotline/telephony/audio"
)

// promptText is the table of what callers hear: id, English and Russian, separated by tabs.
//
//go:embed prompts.tsv
var promptText string

// Prompt is one sentence to callers. Its sound is "hotline/<ID>" in the channel's language.
type Prompt struct{ ID, English, Russian string }

// ErrVoice says that prompts could not be spoken.
var ErrVoice = errors.New("asterisk: cannot speak the prompts")

// PromptList is the whole table.
func PromptList() []Prompt {
	var all []Prompt
	for line := range strings.Lines(promptText) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) == 3 && !strings.HasPrefix(line, "#") {
			all = append(all, Prompt{cells[0], cells[1], cells[2]})
		}
	}
	return all
}

// Prompts puts every prompt into a run folder, as data/sounds/{en,ru}/hotline/<id>.wav, 8 kHz mono. Each sentence is
// spoken once by espeak-ng and kept in the user's cache; a recorded voice may replace any of the files, and stays.
func Prompts(ctx context.Context, dir string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(4)
	for _, p := range PromptList() {
		for language, text := range map[string]string{"en": p.English, "ru": p.Russian} {
			to := filepath.Join(dir, "data", "sounds", language, "hotline", p.ID+".wav")
			group.Go(func() error { return placePrompt(ctx, language, text, to) })
		}
	}
	return group.Wait()
}

// placePrompt links a prompt to its spoken sentence, unless a file of somebody else's is there.
func placePrompt(ctx context.Context, language, text, to string) error {
	if info, err := os.Lstat(to); err == nil && info.Mode().IsRegular() {
		return nil
	}
	spoken, err := speak(ctx, language, text)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrVoice, filepath.Base(to), err)
	}
	if now, err := os.Readlink(to); err == nil && now == spoken {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	os.Remove(to)
	return os.Symlink(spoken, to)
}

// speak returns the cached sound of a sentence, making it when it is missing.
func speak(ctx context.Context, language, text string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	h := fnv.New64a()
	h.Write([]byte(text))
	path := filepath.Join(cache, "hotline", "prompts", fmt.Sprintf("%s-%x.wav", language, h.Sum64()))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	voice := map[string]string{"en": "en-us", "ru": "ru"}[language]
	var sound, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, "espeak-ng", "-v", voice, "-s", "150", "--stdout", "--stdin")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), &sound, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("espeak-ng: %w %s", err, complaint.String())
	}
	voiced, err := audio.Parse(sound.Bytes())
	if err != nil {
		return "", fmt.Errorf("espeak-ng: %w", err)
	}
	return path, writeSpeech(path, audio.Resample(voiced.Mono(), voiced.Rate, audio.Rate))
}
