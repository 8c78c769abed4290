package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// measured is a burst with what it cost.
type measured struct {
	traffic
	cost      usage   // of the servers, from the first INVITE until every ticket knows how its call ended
	generator float64 // cores used by SIPp and by the desks
	others    float64 // cores used by what does not belong to the bench
	messages  int64   // that all desks together got
	bytes     int64
	trouble   []string
}

// measure plays a burst and reads the accounts before and after.
func (h *hall) measure(ctx context.Context, b burst) (measured, error) {
	h.desks.forget()
	began, before, desks, all := time.Now(), used(h.pids()), ourselves(), machine()
	t, err := b.play(ctx, h.dir, h.stack.SIPAddr, h.phones)
	if err != nil {
		return measured{}, err
	}
	m := measured{traffic: t}
	own := t.cpu + ourselves() - desks
	m.generator = own.Seconds() / time.Since(began).Seconds()
	if err := h.quiet(ctx); err != nil {
		m.trouble = append(m.trouble, fmt.Sprint("calls were left over: ", err))
	}
	m.cost = used(h.pids()).since(before)
	rest := machine() - all - t.cpu - (ourselves() - desks)
	for _, c := range m.cost {
		rest -= c
	}
	if n := h.desks.lost.Load(); n > 0 {
		m.trouble = append(m.trouble, fmt.Sprintf("%d desks were cut off", n))
	}
	m.messages, m.bytes = h.desks.messages.Load(), h.desks.bytes.Load()
	m.others = max(0, rest.Seconds()/time.Since(began).Seconds())
	h.others = append(h.others, m.others)
	if t.lost > 0 {
		m.trouble = append(m.trouble, fmt.Sprintf("%d of %d calls lost", t.lost, b.calls))
	}
	if m.generator > 0.7 {
		m.trouble = append(m.trouble, fmt.Sprintf("the load generator needed %.0f %% of a core", 100*m.generator))
	}
	if ours(b.number) {
		m.trouble = append(m.trouble, h.booked(ctx, b, began)...)
	}
	return m, nil
}

// warmUp lets every connection, plan and cache be used before it counts.
func (h *hall) warmUp(ctx context.Context) error {
	for _, number := range []string{oursNumber, queueNumber} {
		b := burst{number: number, calls: 200, rate: 50, talk: 100 * time.Millisecond, wait: 30 * time.Second}
		if _, err := h.measure(ctx, b); err != nil {
			return fmt.Errorf("warming up: %w", err)
		}
	}
	return nil
}

func ours(number string) bool { return number == oursNumber || number == oursFewNumber }

// booked says what is wrong with the books: every call of the burst is answered and has a ticket of its own.
func (h *hall) booked(ctx context.Context, b burst, since time.Time) []string {
	var calls, answered, tickets int
	err := h.pool.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE outcome = 'answered'), count(DISTINCT ticket)
		FROM calls WHERE arrived_at >= $1 AND line = $2`, since, b.number).Scan(&calls, &answered, &tickets)
	if err != nil {
		return []string{err.Error()}
	}
	if calls != b.calls || answered != b.calls || tickets != b.calls {
		return []string{fmt.Sprintf("of %d calls %d were seen, %d answered, %d have a ticket", b.calls, calls, answered, tickets)}
	}
	return nil
}

// stages is how long calls took, in ms, from each fact to the next: the journal knows. Median (99 of 100).
func (h *hall) stages(ctx context.Context, number string, since time.Time) (string, error) {
	rows, err := h.pool.Query(ctx, `SELECT kind, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms), percentile_cont(0.99) WITHIN GROUP (ORDER BY ms)
		FROM (SELECT f.seq, f.kind, 1000 * extract(epoch FROM f.at - lag(f.at) OVER (PARTITION BY f.call ORDER BY f.seq)) AS ms
			FROM call_facts f JOIN calls c ON c.id = f.call WHERE c.line = $1 AND c.arrived_at >= $2) facts
		WHERE ms IS NOT NULL GROUP BY seq, kind HAVING count(*) > 10 ORDER BY seq`, number, since)
	if err != nil {
		return "", err
	}
	text := "came"
	for rows.Next() {
		var kind string
		var half, most float64
		if err := rows.Scan(&kind, &half, &most); err != nil {
			return "", err
		}
		text += fmt.Sprintf(" > %s %.1f (%.1f)", kind, half, most)
	}
	return text, rows.Err()
}

// connecting is, for each call, the time from the caller's INVITE to the INVITE at an agent's phone, in ms.
func (t traffic) connecting() []float64 {
	var ms []float64
	seen := map[string]bool{}
	for _, r := range t.rings {
		if at, ok := t.invites[r.caller]; ok && !seen[r.caller] {
			seen[r.caller] = true
			ms = append(ms, inMillis(r.at.Sub(at)))
		}
	}
	return ms
}

// turning is the time from an agent's BYE to the next INVITE at the same phone, in ms, while callers waited.
func (t traffic) turning() []float64 {
	var ms []float64
	for _, free := range t.frees {
		for _, next := range t.rings {
			if next.agent == free.agent && next.at.After(free.at) {
				ms = append(ms, inMillis(next.at.Sub(free.at)))
				break
			}
		}
	}
	return ms
}

func inMillis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// quantile is the smallest value that a share q of all do not exceed; 0 of none.
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return v[max(0, min(len(v)-1, int(q*float64(len(v))+0.999999)-1))]
}
