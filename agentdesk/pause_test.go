package agentdesk

import (
	"testing"
	"time"

	"hotline/callqueue"
)

func TestAPauseAlertsWhenItLastsTooLong(t *testing.T) {
	since := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		what string
		p    callqueue.Presence
		want time.Duration // 0: no alert
	}{
		{"lunch", callqueue.Presence{State: callqueue.Pause, Reason: "lunch"}, time.Hour},
		{"a break", callqueue.Presence{State: callqueue.Pause, Reason: "break"}, 15 * time.Minute},
		{"a reason of one's own", callqueue.Presence{State: callqueue.Pause, Reason: "fire drill"}, 15 * time.Minute},
		{"a pause that ends by itself", callqueue.Presence{State: callqueue.Pause, Reason: "no answer", Until: since.Add(time.Minute)}, 0},
		{"ready", callqueue.Presence{State: callqueue.Ready}, 0},
	} {
		c.p.Since = since
		got := limitOf(c.p)
		if (got != nil) != (c.want > 0) || got != nil && !got.Equal(since.Add(c.want)) {
			t.Errorf("%s: alerts at %v", c.what, got)
		}
	}
}
