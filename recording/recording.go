package recording

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// Kind says what a recording is of.
type Kind string

const (
	Talk      Kind = "call"      // caller and agent, two files in Asterisk: NAME~in and NAME~out
	Voicemail Kind = "voicemail" // a message, one file in Asterisk: NAME
)

// State says how far a recording has come.
type State string

const (
	Expected State = "expected" // Asterisk has it, or will have it
	Kept     State = "kept"     // stored, and as long as it should be
	Cut      State = "cut"      // stored, but Missing seconds are not there; Note says why
	Lost     State = "lost"     // Asterisk has no such file
)

var (
	// ErrNotFound: there is no such recording. A Fetch and a Forget answer with it when Asterisk has no such file.
	ErrNotFound = errors.New("no such recording")
	// ErrNotYet: the recording is not home yet. Asterisk may still be writing; Sweep asks again.
	ErrNotYet = errors.New("recording is not home yet")
	// ErrLost: the recording was made, but its sound is gone.
	ErrLost = errors.New("recording is lost")
	// ErrFormat: the file in Asterisk is not 16-bit mono at 8 kHz. It stays there.
	ErrFormat = errors.New("recording is not 16-bit mono at 8 kHz")
	// ErrName: a name that none of ours looks like.
	ErrName = errors.New("not a recording's name")
)

// Item is a recording that Asterisk was or will be told to make.
type Item struct {
	Name      string // in Asterisk, without the side: "rec~CALL", "vm~CALL~1", "fallback~..."
	Call      string
	Kind      Kind
	Node      string    // ARI application of the Asterisk that has it
	StartedAt time.Time // zero: now
}

// Recording is what is known about one. Its id says nothing about where the sound lies.
type Recording struct {
	ID        string    `json:"id"`
	Call      string    `json:"call"`
	Kind      Kind      `json:"kind"`
	State     State     `json:"state"`
	StartedAt time.Time `json:"started_at"`
	Seconds   float64   `json:"seconds"`
	Speech    float64   `json:"speech_seconds"` // how long somebody can be heard
	Missing   float64   `json:"missing_seconds,omitzero"`
	Note      string    `json:"note,omitempty"` // what is wrong with it, for people
	Channels  int       `json:"channels"`       // 2: caller left, agent right

	Name   string   `json:"-"`
	Node   string   `json:"-"`
	Bytes  int64    `json:"-"`
	SHA256 string   `json:"-"` // of the stored file, hexadecimal
	Peaks  [][]int8 `json:"-"` // for a waveform: per channel at most 800 values from 0 to 127
}

// Audio is the sound of a recording, ready for http.ServeContent.
type Audio struct {
	io.ReadSeekCloser
	Recording Recording
	ModTime   time.Time
	Size      int64
}

// Asterisk is where recordings come from: one node's Asterisk. Both functions answer ErrNotFound for a file that is
// not there, and end with their context.
type Asterisk struct {
	Node   string // Sweep looks after this node's recordings only; empty: after all
	Fetch  func(ctx context.Context, name string) (io.ReadCloser, error)
	Forget func(ctx context.Context, name string) error
}

// Storage keeps sound under keys that this package chooses: "2026/11/22/ID.wav".
type Storage interface {
	// Put stores what fill writes, whole or not at all, and safe against power loss when it returns.
	Put(ctx context.Context, key string, fill func(io.Writer) error) error
	// Open reads; a key that is not there is fs.ErrNotExist.
	Open(ctx context.Context, key string) (io.ReadSeekCloser, error)
	// Delete forgets; a key that is not there is no error.
	Delete(ctx context.Context, key string) error
	// Scratch is a nameless local file for sound on its way, gone when it is closed or the process dies.
	Scratch() (*os.File, error)
	// Tidy removes what an unfinished Put from before that time left behind.
	Tidy(ctx context.Context, before time.Time) error
}
