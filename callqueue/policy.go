package callqueue

import "time"

// place is a caller's number in the queue, in milliseconds: the lowest is next. One step of priority is worth an
// ageing's length of waiting, so a caller of low priority overtakes by waiting long enough and nobody starves.
// The number never changes while the caller waits: growing older costs nothing.
//
// This and the time since which an agent is idle are the whole policy. Each is the score of a sorted set, and
// a script only ever takes the lowest of both sides: the order is decided here, the taking there.
func place(since time.Time, priority int, ageing time.Duration) int64 {
	return millis(since) - int64(priority)*ageing.Milliseconds()
}

// millis is how times are kept in Redis; 0 is no time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
