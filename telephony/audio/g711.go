// Package audio holds what telephony needs to know about sound, and nothing
// else: the two G.711 laws, WAV files, tones, and the proof that a tone was
// heard. Sound is always []int16, linear, and mostly 8000 samples a second.
//
// Two things must stay true. Every reader here survives what a killed recorder
// leaves behind (headers with zero lengths, half samples at the end). And a
// tone is proven by its frequency, never by the size of a file.
package audio

import "math/bits"

// Rate is the sample rate of the telephone network, in samples a second.
const Rate = 8000

// Law is one of the two codings of ITU-T G.711: eight bits a sample.
type Law byte

const (
	ULaw Law = iota // mu-law, RTP payload type 0 (PCMU)
	ALaw            // A-law, RTP payload type 8 (PCMA)
)

// Silence is the byte that decodes to no sound.
func (l Law) Silence() byte {
	if l == ALaw {
		return 0xD5
	}
	return 0xFF
}

// Encode appends the coded samples to dst.
func (l Law) Encode(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		if l == ALaw {
			dst = append(dst, EncodeALaw(s))
		} else {
			dst = append(dst, EncodeULaw(s))
		}
	}
	return dst
}

// Decode appends the linear samples to dst.
func (l Law) Decode(dst []int16, coded []byte) []int16 {
	table := &uLawLinear
	if l == ALaw {
		table = &aLawLinear
	}
	for _, b := range coded {
		dst = append(dst, table[b])
	}
	return dst
}

// DecodeULaw and DecodeALaw give the linear sample of one byte.
func DecodeULaw(b byte) int16 { return uLawLinear[b] }
func DecodeALaw(b byte) int16 { return aLawLinear[b] }

const (
	uLawBias = 0x84  // makes every segment start at a power of two
	uLawClip = 32635 // the loudest sample that still fits with the bias
)

// EncodeULaw codes one linear sample.
func EncodeULaw(sample int16) byte {
	s, sign := int(sample), 0
	if s < 0 {
		s, sign = -s, 0x80
	}
	s = min(s, uLawClip) + uLawBias
	segment := bits.Len(uint(s>>7)) - 1
	return ^byte(sign | segment<<4 | s>>(segment+3)&0x0F)
}

// EncodeALaw codes one linear sample.
func EncodeALaw(sample int16) byte {
	s, mask := int(sample)>>3, byte(0xD5)
	if s < 0 {
		s, mask = -s-1, 0x55
	}
	segment := bits.Len(uint(s >> 5))
	return byte(segment<<4|s>>max(segment, 1)&0x0F) ^ mask
}

var (
	uLawLinear = table(uLawSample)
	aLawLinear = table(aLawSample)
)

func table(sample func(byte) int16) (t [256]int16) {
	for i := range t {
		t[i] = sample(byte(i))
	}
	return t
}

func uLawSample(b byte) int16 {
	b = ^b
	s := (int(b&0x0F)<<3 + uLawBias) << (b >> 4 & 7)
	if b&0x80 != 0 {
		return int16(uLawBias - s)
	}
	return int16(s - uLawBias)
}

func aLawSample(b byte) int16 {
	b ^= 0x55
	s, segment := int(b&0x0F)<<4+8, b>>4&7
	if segment > 0 {
		s = (s + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return int16(-s)
	}
	return int16(s)
}
