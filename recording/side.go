package recording

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"hotline/telephony/audio"
)

const (
	frameRate  = audio.Rate  // samples a second and side
	sampleSize = 2           // bytes
	maxSide    = 1_500 << 20 // bytes of one side: a day of sound; more is not ours
)

// side is one file of Asterisk's, brought to a scratch file. Its header is believed in nothing but its format: the
// sound is what is there.
type side struct {
	file       *os.File
	size       int64 // bytes of the whole file
	frames     int64 // samples that are there
	promised   int64 // samples that the header speaks of
	unfinished bool  // header without lengths: Asterisk is still writing, or was killed
	damaged    bool  // header that is none; the sound behind it is taken for what Asterisk always writes
}

func (s *side) Close() error {
	if s == nil {
		return nil
	}
	return s.file.Close()
}

// download brings one file to scratch. nil without an error: Asterisk has no such file.
func (s *Store) download(ctx context.Context, name string) (*side, error) {
	body, err := s.asterisk.Fetch(ctx, name)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", shown(name), err)
	}
	defer body.Close()
	file, err := s.storage.Scratch()
	if err != nil {
		return nil, fmt.Errorf("scratch: %w", err)
	}
	size, err := io.Copy(file, io.LimitReader(body, maxSide+1))
	if err == nil && size > maxSide {
		err = fmt.Errorf("longer than %d bytes", maxSide)
	}
	var got *side
	if err == nil {
		got, err = inspect(file, size)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("fetch %s: %w", shown(name), err), file.Close())
	}
	return got, nil
}

// inspect reads the header. Asterisk writes exactly the 44 bytes of audio.Header, the two lengths last of all.
func inspect(file *os.File, size int64) (*side, error) {
	s := &side{file: file, size: size}
	head := make([]byte, audio.HeaderSize)
	n, err := file.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if n < len(head) { // killed before its first flush
		s.unfinished = true
		return s, nil
	}
	s.frames = (size - audio.HeaderSize) / sampleSize
	if err := s.believe(head); err != nil {
		return nil, err
	}
	_, err = file.Seek(audio.HeaderSize, io.SeekStart)
	return s, err
}

// believe takes from the header what may be believed. Only a header that clearly speaks of another format is refused.
func (s *side) believe(head []byte) error {
	tag := func(at int, text string) bool { return string(head[at:at+4]) == text }
	riff, data := binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[40:])
	ours := audio.Header(frameRate, 1, data)
	switch {
	case !tag(0, "RIFF") || !tag(8, "WAVE"):
		s.damaged = true
	case !tag(36, "data") || !bytes.Equal(head[20:28], ours[20:28]) || !bytes.Equal(head[34:36], ours[34:36]):
		return ErrFormat // coding, channels and rate are 8 bytes from 20, bits 2 from 34
	default:
		s.promised = int64(data) / sampleSize
		s.unfinished = riff == 0 || (data == 0 && s.frames > 0)
	}
	return nil
}

// read fills p with sound; after its end, and where there is no side at all, with silence.
func (s *side) read(p []byte) error {
	n := 0
	if s != nil && s.frames > 0 {
		var err error
		n, err = io.ReadFull(s.file, p)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		n -= n % sampleSize
	}
	clear(p[n:])
	return nil
}
