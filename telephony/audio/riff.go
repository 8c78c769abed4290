package audio

import (
	"encoding/binary"
	"fmt"
	"os"
)

// layout is what a WAV header says, and where the sound really lies.
type layout struct {
	coding, channels, bits uint16
	rate                   uint32
	start, size            int // bytes of the sound that are there
	declared               int // bytes of the sound that the header promises
}

// locate walks the chunks up to the sound.
func locate(data []byte) (l layout, err error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return l, ErrNotWAV
	}
	for at := 12; at+8 <= len(data); {
		name, size := string(data[at:at+4]), int(binary.LittleEndian.Uint32(data[at+4:]))
		body := at + 8
		switch name {
		case "fmt ":
			if err := l.format(data[body:min(body+size, len(data))]); err != nil {
				return l, err
			}
		case "data":
			if l.channels == 0 {
				return l, fmt.Errorf("%w: the sound comes before its format", ErrNotWAV)
			}
			l.start, l.declared, l.size = body, size, size
			if rest := len(data) - body; size == 0 || size > rest {
				l.size = rest
			}
			return l, nil
		}
		at = body + size + size&1 // chunks start at even places
	}
	return l, fmt.Errorf("%w: no sound in it", ErrNotWAV)
}

func (l *layout) format(chunk []byte) error {
	if len(chunk) < 16 {
		return fmt.Errorf("%w: format cut off", ErrNotWAV)
	}
	l.coding = binary.LittleEndian.Uint16(chunk)
	l.channels = binary.LittleEndian.Uint16(chunk[2:])
	l.rate = binary.LittleEndian.Uint32(chunk[4:])
	l.bits = binary.LittleEndian.Uint16(chunk[14:])
	if l.coding == codingExtensible && len(chunk) >= 26 {
		l.coding = binary.LittleEndian.Uint16(chunk[24:])
	}
	if l.channels == 0 || l.channels > 8 || l.rate == 0 || l.rate > 384000 {
		return fmt.Errorf("%w: %d channels at %d Hz", ErrFormat, l.channels, l.rate)
	}
	return nil
}

// Repair writes the true lengths into the header of a WAV file whose recorder
// was killed, and says whether there was something to repair. Sound that is
// there is never touched.
func Repair(path string) (bool, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	head := make([]byte, min(info.Size(), 4096)) // headers are short; the sound may be long
	if _, err := f.ReadAt(head, 0); err != nil {
		return false, fmt.Errorf("repair %s: %w", path, err)
	}
	l, err := locate(head)
	if err != nil {
		return false, fmt.Errorf("repair %s: %w", path, err)
	}
	rest := int(info.Size()) - l.start
	if l.declared != 0 && l.declared <= rest {
		return false, nil
	}
	return true, writeLengths(f, l, rest)
}

func writeLengths(f *os.File, l layout, size int) error {
	var n [4]byte
	binary.LittleEndian.PutUint32(n[:], uint32(l.start-8+size))
	if _, err := f.WriteAt(n[:], 4); err != nil {
		return fmt.Errorf("repair %s: %w", f.Name(), err)
	}
	binary.LittleEndian.PutUint32(n[:], uint32(size))
	if _, err := f.WriteAt(n[:], int64(l.start-4)); err != nil {
		return fmt.Errorf("repair %s: %w", f.Name(), err)
	}
	return f.Sync()
}
