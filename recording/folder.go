package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Folder is a Storage in a local folder. Only the user whom the server runs as may look into it.
type Folder struct{ root string }

// scratchName is inside the folder, so that a file gets to its place by a rename.
const scratchName = ".scratch"

// NewFolder makes the folder where it is missing.
func NewFolder(root string) (*Folder, error) {
	if err := os.MkdirAll(filepath.Join(root, scratchName), 0o700); err != nil {
		return nil, fmt.Errorf("recordings folder: %w", err)
	}
	return &Folder{root}, nil
}

func (f *Folder) path(key string) (string, error) {
	if !filepath.IsLocal(key) {
		return "", fmt.Errorf("key %q leaves the recordings folder", key)
	}
	return filepath.Join(f.root, key), nil
}

// Put writes beside, syncs, renames, and syncs the folders: after a power loss the file is whole or not there.
func (f *Folder) Put(ctx context.Context, key string, fill func(io.Writer) error) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Join(f.root, scratchName), "put-*") // made with 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // after the rename there is nothing to remove
	err = fill(temp)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close(), ctx.Err()); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return f.syncUp(filepath.Dir(path))
}

// syncUp makes the entries of a folder and of those above it safe, up to the root.
func (f *Folder) syncUp(dir string) error {
	for {
		open, err := os.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(open.Sync(), open.Close()); err != nil {
			return err
		}
		if dir == filepath.Clean(f.root) {
			return nil
		}
		dir = filepath.Dir(dir)
	}
}

func (f *Folder) Open(_ context.Context, key string) (io.ReadSeekCloser, error) {
	path, err := f.path(key)
	if err != nil {
		return nil, err
	}
	return os.Open(path)
}

func (f *Folder) Delete(_ context.Context, key string) error {
	path, err := f.path(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Scratch loses its name at once: whatever happens to us, nothing is left lying about.
func (f *Folder) Scratch() (*os.File, error) {
	file, err := os.CreateTemp(filepath.Join(f.root, scratchName), "side-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func (f *Folder) Tidy(_ context.Context, before time.Time) error {
	entries, err := os.ReadDir(filepath.Join(f.root, scratchName))
	for _, e := range entries {
		info, infoErr := e.Info()
		if infoErr == nil && info.ModTime().Before(before) { // an error: somebody else removed it
			err = errors.Join(err, os.Remove(filepath.Join(f.root, scratchName, e.Name())))
		}
	}
	return err
}
