package recording

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math"

	"hotline/telephony/audio"
)

const (
	whole = 0.98 // share of its time that a recording must have
	// slack is the time in seconds that may be missing of the shortest too: events and clocks are not more exact.
	slack = 0.3
)

// home brings the files of a job to the storage and writes into the job what they are.
func (s *Store) home(ctx context.Context, j *job) error {
	sides, err := s.sides(ctx, j)
	defer func() {
		for _, one := range sides {
			one.Close()
		}
	}()
	if err != nil {
		return err
	}
	gone, err := j.look(sides)
	if err != nil {
		return err
	}
	if gone {
		j.State, j.settled, j.Note, j.problem, j.wait = Lost, true, noteLost, "", 0
		return nil
	}
	if err := s.put(ctx, j, sides); err != nil {
		return err
	}
	j.judge(sides)
	return nil
}

// look says ErrNotYet while a file may still come or grow, and gone when there is none and none will come. One look
// tells neither: it takes several, with the wait of a failed attempt between them.
func (j *job) look(sides []*side) (gone bool, err error) {
	absent, growing, size := 0, false, int64(0)
	for _, one := range sides {
		if one == nil {
			absent++
			continue
		}
		size += one.size
		growing = growing || one.unfinished
	}
	if absent > 0 && j.rested() {
		j.absences++
	}
	if absent > 0 && j.absences < believed {
		return false, fmt.Errorf("%w: %d of %d files are not there", ErrNotYet, absent, len(sides))
	}
	if growing && (size != j.seen || !j.rested()) {
		j.seen = size
		return false, fmt.Errorf("%w: a header has no lengths so far", ErrNotYet)
	}
	return absent == len(sides), nil
}

// sides downloads all files of a job, in their order; nil where Asterisk has none.
func (s *Store) sides(ctx context.Context, j *job) ([]*side, error) {
	var all []*side
	for _, file := range files(j.Kind, j.Name) {
		one, err := s.download(ctx, file)
		if err != nil {
			return all, err
		}
		all = append(all, one)
	}
	return all, nil
}

// put writes the sides as one file, beginning together, the shorter ended with silence.
func (s *Store) put(ctx context.Context, j *job, sides []*side) error {
	frames := int64(0)
	for _, one := range sides {
		if one != nil {
			frames = max(frames, one.frames)
		}
	}
	size := frames * sampleSize * int64(len(sides))
	sum, m := sha256.New(), newMeter(len(sides), frames)
	err := s.storage.Put(ctx, j.key(), func(to io.Writer) error {
		to = io.MultiWriter(to, sum)
		if _, err := to.Write(audio.Header(frameRate, len(sides), uint32(size))); err != nil {
			return err
		}
		return weave(ctx, sides, frames, func(pcm []byte) error {
			m.add(pcm)
			_, err := to.Write(pcm)
			return err
		})
	})
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	j.Channels, j.Bytes, j.Seconds = len(sides), size+audio.HeaderSize, float64(frames)/frameRate
	j.SHA256, j.Peaks, j.Speech = hex.EncodeToString(sum.Sum(nil)), m.peaks(), m.speech()
	return nil
}

// weave interleaves the sides piece by piece.
func weave(ctx context.Context, sides []*side, frames int64, give func(pcm []byte) error) error {
	const piece = 8192 // frames
	one, all := make([]byte, piece*sampleSize), make([]byte, piece*sampleSize*len(sides))
	for frames > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(frames, piece)
		for c, from := range sides {
			if err := from.read(one[:n*sampleSize]); err != nil {
				return err
			}
			for i := range int(n) {
				copy(all[(i*len(sides)+c)*sampleSize:][:sampleSize], one[i*sampleSize:])
			}
		}
		if err := give(all[:int(n)*sampleSize*len(sides)]); err != nil {
			return err
		}
		frames -= n
	}
	return nil
}

const (
	noteLost     = "the file was not there"
	noteShort    = "the end is missing"
	noteNoCaller = "the caller's side is missing"
	noteNoAgent  = "the agent's side is missing"
	noteHeader   = "its header was damaged"
	noteKilled   = "writing was interrupted, up to 2.1 seconds may be missing" // what Asterisk holds back before a flush
)

// judge says whether the recording is whole. Each side must last as long as the talk did; where nobody knows how long
// that was, as long as the other side and as its own header promises.
func (j *job) judge(sides []*side) {
	shortest, expected, note := int64(math.MaxInt64), int64(0), ""
	absent := false
	for i, one := range sides {
		if one == nil {
			shortest, absent, note = 0, true, [...]string{noteNoCaller, noteNoAgent}[i]
			continue
		}
		shortest, expected = min(shortest, one.frames), max(expected, one.frames, one.promised)
		if doubt := one.doubt(); note == "" {
			note = doubt
		}
	}
	if j.wall > 0 {
		expected = int64(j.wall * frameRate)
	}
	missing := float64(expected-shortest) / frameRate
	short := missing > slack && float64(shortest) < whole*float64(expected)
	if short && note == "" {
		note = noteShort
	}
	j.State, j.Note, j.Missing = Kept, note, 0
	if absent || short {
		j.State, j.Missing = Cut, max(missing, 0)
	} else if note != "" && j.wall == 0 {
		j.State = Cut
	}
	j.settled, j.problem, j.wait = false, "", 0
}

func (s *side) doubt() string {
	switch {
	case s.damaged:
		return noteHeader
	case s.unfinished:
		return noteKilled
	}
	return ""
}
