package agentdesk

import (
	"time"

	"hotline/callqueue"
)

// pauseLimits is how long a pause may last by its reason; then the board alerts. Other reasons have usualPause.
var pauseLimits = map[string]time.Duration{"lunch": time.Hour, "meeting": 2 * time.Hour, "training": 4 * time.Hour, "paperwork": time.Hour}

const usualPause = 15 * time.Minute

// limitOf is when a pause has lasted too long; nil for other states, and for a pause that ends by itself.
func limitOf(p callqueue.Presence) *time.Time {
	if p.State != callqueue.Pause || !p.Until.IsZero() {
		return nil
	}
	limit, ok := pauseLimits[p.Reason]
	if !ok {
		limit = usualPause
	}
	at := p.Since.Add(limit)
	return &at
}
