package recording

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestOnlyTheServerLooksIntoTheFolder(t *testing.T) {
	f, ctx := newFolder(t), context.Background()
	err := f.Put(ctx, "2026/11/22/a.wav", func(w io.Writer) error { _, err := w.Write([]byte("sound")); return err })
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]fs.FileMode{"2026": 0o700, "2026/11/22": 0o700, "2026/11/22/a.wav": 0o600, scratchName: 0o700} {
		if info, err := os.Stat(filepath.Join(f.root, path)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	r, err := f.Open(ctx, "2026/11/22/a.wav")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if text, err := io.ReadAll(r); string(text) != "sound" || err != nil {
		t.Error(string(text), err)
	}
	if err := errors.Join(f.Delete(ctx, "2026/11/22/a.wav"), f.Delete(ctx, "2026/11/22/a.wav")); err != nil {
		t.Error(err)
	}
	if _, err := f.Open(ctx, "2026/11/22/a.wav"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestAnUnfinishedPutChangesNothing(t *testing.T) {
	f, ctx := newFolder(t), context.Background()
	put := func(text string, fail error) error {
		return f.Put(ctx, "a.wav", func(w io.Writer) error { _, err := w.Write([]byte(text)); return errors.Join(err, fail) })
	}
	if err := put("whole", nil); err != nil {
		t.Fatal(err)
	}
	if err := put("half", errAway); !errors.Is(err, errAway) {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(f.root, "a.wav")); string(text) != "whole" || err != nil {
		t.Error(string(text), err)
	}
	if left, err := os.ReadDir(filepath.Join(f.root, scratchName)); len(left) != 0 || err != nil {
		t.Error(left, err)
	}
}

func TestKeysStayInTheFolder(t *testing.T) {
	f, ctx := newFolder(t), context.Background()
	for _, key := range []string{"", "../x", "/etc/passwd", "a/../../x"} {
		_, err := f.Open(ctx, key)
		if err == nil || f.Delete(ctx, key) == nil || f.Put(ctx, key, func(io.Writer) error { return nil }) == nil {
			t.Errorf("%q is a key", key)
		}
	}
}

func TestRubbishOlderThanADayIsRemoved(t *testing.T) {
	f := newFolder(t)
	for name, age := range map[string]time.Duration{"put-old": 25 * time.Hour, "put-new": time.Hour} {
		path := filepath.Join(f.root, scratchName, name)
		at := time.Now().Add(-age)
		if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Chtimes(path, at, at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Tidy(context.Background(), time.Now().Add(-unfinishedFor)); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(f.root, scratchName)); err != nil || len(left) != 1 || left[0].Name() != "put-new" {
		t.Error(left, err)
	}
}

func TestScratchHasNoName(t *testing.T) {
	f := newFolder(t)
	file, err := f.Scratch()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if left, err := os.ReadDir(filepath.Join(f.root, scratchName)); err != nil || len(left) != 0 {
		t.Error(left, err)
	}
}
