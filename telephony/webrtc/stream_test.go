package webrtc

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestASourcesNumbersAreKept(t *testing.T) {
	base := time.Unix(1e9, 0)
	packet := func(i int) (numbers, time.Time) {
		return numbers{seq: uint16(500 + i), ts: uint32(70000 + i*packetSamples)}, base.Add(time.Duration(i) * packetTime)
	}
	for name, tc := range map[string]struct {
		order []int // packets as they come
		sent  []int // and as they go out: distance to the first; -1 when dropped
	}{
		"in order":                      {[]int{0, 1, 2}, []int{0, 1, 2}},
		"a loss stays a loss":           {[]int{0, 1, 4}, []int{0, 1, 4}},
		"a late packet is dropped":      {[]int{0, 2, 1, 3}, []int{0, 2, -1, 3}},
		"a doubled packet is dropped":   {[]int{0, 1, 1, 2}, []int{0, 1, -1, 2}},
		"one from before the beginning": {[]int{3, 2, 4}, []int{0, -1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStream()
			var first numbers
			for i, k := range tc.order {
				in, at := packet(k)
				out, ok := s.follow(7, in, at)
				if i == 0 {
					first = out
				}
				if want := tc.sent[i]; ok != (want >= 0) {
					t.Fatalf("packet %d: sent %v", k, ok)
				} else if ok && (out.seq-first.seq != uint16(want) || out.ts-first.ts != uint32(want*packetSamples)) {
					t.Fatalf("packet %d went out as %+v after %+v", k, out, first)
				}
			}
		})
	}
}

func TestAChangeOfSourceHasNoSeam(t *testing.T) {
	base := time.Unix(1e9, 0)
	at := func(ms int) time.Time { return base.Add(time.Duration(ms) * time.Millisecond) }
	for name, tc := range map[string]struct {
		next func(s *stream) numbers
		gap  uint32 // samples after the packet of instant 0
	}{
		"another SSRC 20 ms later":  {func(s *stream) numbers { n, _ := s.follow(8, numbers{seq: 9, ts: 9}, at(20)); return n }, 160},
		"another SSRC a minute on":  {func(s *stream) numbers { n, _ := s.follow(8, numbers{seq: 9, ts: 9}, at(60000)); return n }, 480000},
		"another SSRC at once":      {func(s *stream) numbers { n, _ := s.follow(8, numbers{seq: 9, ts: 9}, at(1)); return n }, 160},
		"silence after 60 ms":       {func(s *stream) numbers { n, _ := s.fill(at(60)); return n }, 480},
		"the same SSRC after a cut": {func(s *stream) numbers { s.cut(); n, _ := s.follow(7, numbers{seq: 100, ts: 100}, at(3000)); return n }, 24000},
		"its sequence leaps back":   {func(s *stream) numbers { n, _ := s.follow(7, numbers{seq: 40000, ts: 160}, at(20)); return n }, 160},
		"its timestamp leaps":       {func(s *stream) numbers { n, _ := s.follow(7, numbers{seq: 2, ts: 900000}, at(20)); return n }, 160},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStream()
			before, _ := s.follow(7, numbers{seq: 1, ts: 0}, at(0))
			after := tc.next(&s)
			if after.seq-before.seq != 1 || after.ts-before.ts != tc.gap || !after.marker {
				t.Errorf("%+v follows %+v, want %d samples on and marked", after, before, tc.gap)
			}
		})
	}
}

func TestARunOfSilenceTicksExactly(t *testing.T) {
	s, now := newStream(), time.Unix(1e9, 0)
	before, _ := s.fill(now)
	for i := range 100 {
		now = now.Add(packetTime + time.Duration(i%7-3)*time.Millisecond)
		after, ok := s.fill(now)
		if !ok || after.seq-before.seq != 1 || after.ts-before.ts != packetSamples || after.marker {
			t.Fatalf("%+v follows %+v", after, before)
		}
		before = after
	}
}

// A bursty line: 200 ms without a packet, then those 200 ms at once, again and again, silence filling the holes.
func TestBurstsAfterStallsDoNotAddUp(t *testing.T) {
	s, now := newStream(), time.Unix(1e9, 0)
	first, _ := s.follow(7, numbers{}, now)
	began, newest, played := now, first, 0
	i := 0
	for range 50 {
		for tick := range 20 {
			now = now.Add(packetTime)
			if tick >= 13 {
				if out, ok := s.fill(now); ok {
					newest = out
				}
			}
		}
		for range 20 {
			i++
			if out, ok := s.follow(7, numbers{seq: uint16(i), ts: uint32(i * packetSamples)}, now); ok {
				newest = out
				played++
			}
		}
		if lead := int32(newest.ts-first.ts) - int32(now.Sub(began)/sampleTime); lead > maxLead {
			t.Fatalf("%d samples ahead of the clock", lead)
		}
	}
	if played < 50*4 {
		t.Errorf("only %d packets were played", played)
	}
}

// Whatever comes in, no sequence number is used twice and none goes back (under SRTP a number used twice gives plaintext away),
// and time never runs ahead.
func TestNoNumberIsUsedTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, now := newStream(), time.Unix(1e9, 0)
		newest, first := s.newest.seq, true
		began, firstTS := now, uint32(0)
		for range rapid.IntRange(1, 200).Draw(t, "packets") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "ms")) * time.Millisecond)
			var out numbers
			ok := true
			switch rapid.IntRange(0, 9).Draw(t, "what") {
			case 0:
				out, ok = s.fill(now)
			case 1:
				s.cut()
				continue
			default:
				in := numbers{seq: rapid.Uint16().Draw(t, "seq"), ts: rapid.Uint32().Draw(t, "ts")}
				out, ok = s.follow(rapid.Uint32Range(1, 2).Draw(t, "ssrc"), in, now)
			}
			if step := int16(out.seq - newest); ok && (step <= 0 || first && step != 1) {
				t.Fatalf("%d follows %d", out.seq, newest)
			}
			if ok {
				if first {
					began, firstTS = now, out.ts
				}
				if lead := int32(out.ts - firstTS - uint32(now.Sub(began)/sampleTime)); lead > maxLead {
					t.Fatalf("%d samples ahead of the clock", lead)
				}
				newest, first = out.seq, false
			}
		}
	})
}
