package main

import (
	"context"
	"fmt"
	"time"
)

// perCall is G1 and G1c: what a queue call costs, and how long its way to an agent's phone is, at one rate.
type perCall struct {
	rate     float64
	seconds  int
	cpu      *row
	p50, p99 *row // nil: not at this rate
	parts    usage
	calls    int
	stages   string // of the last round
}

func (p *perCall) round(ctx context.Context, h *hall) error {
	b := burst{calls: int(p.rate) * p.seconds, rate: p.rate, talk: time.Second, wait: 10 * time.Second}
	b.number = oursNumber
	began := time.Now()
	us, err := h.measure(ctx, b)
	if err != nil {
		return err
	}
	if p.stages, err = h.stages(ctx, b.number, began); err != nil {
		return err
	}
	b.number = queueNumber
	peer, err := h.measure(ctx, b)
	if err != nil {
		return err
	}
	n := float64(b.calls)
	p.cpu.add(inMillis(us.cost.sum("hotline", "asterisk", "redis", "postgres"))/n, inMillis(peer.cost.sum("asterisk"))/n)
	p.cpu.doubt(us.trouble...)
	p.cpu.doubt(prefixed("Queue(): ", peer.trouble)...)
	for name, d := range us.cost {
		p.parts[name] += d
	}
	p.calls += b.calls
	if p.p50 != nil {
		p.p50.add(quantile(us.connecting(), 0.5), quantile(peer.connecting(), 0.5))
		p.p99.add(quantile(us.connecting(), 0.99), quantile(peer.connecting(), 0.99))
		p.p50.doubt(us.trouble...)
		p.p99.doubt(us.trouble...)
	}
	tell("%g calls/s: ours %s | Queue() %s", p.rate, describe(us), describe(peer))
	return nil
}

// shares says which process takes how much of our cost.
func (p *perCall) shares() string {
	text := fmt.Sprintf("at %g calls/s:", p.rate)
	for _, name := range []string{"hotline", "asterisk", "redis", "postgres"} {
		text += fmt.Sprintf(" %s %.2f", name, inMillis(p.parts[name])/float64(max(1, p.calls)))
	}
	return text + " ms per call"
}

// describe is a burst in one line, to follow the bench while it runs.
func describe(m measured) string {
	c := m.connecting()
	return fmt.Sprintf("hotline %.1f asterisk %.1f redis %.1f postgres %.1f s, generator %.2f others %.2f cores, way p50 %.1f p99 %.1f ms, sent again %d, desks %d messages %.1f MB %v",
		m.cost["hotline"].Seconds(), m.cost["asterisk"].Seconds(), m.cost["redis"].Seconds(), m.cost["postgres"].Seconds(),
		m.generator, m.others, quantile(c, 0.5), quantile(c, 0.99), m.again, m.messages, float64(m.bytes)/1e6, m.trouble)
}

func prefixed(word string, list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, word+s)
	}
	return out
}

// rates are the steps of the search for the highest clean rate, in calls/s. 200 agents who talk for a second can take
// no more than 200.
var rates = []float64{40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180}

// capacity is G1b: the highest rate at which no call is lost and nothing has to be sent again.
type capacity struct {
	seconds    int
	row        *row
	ours, peer int // where the last round ended, in rates
}

func (c *capacity) round(ctx context.Context, h *hall) error {
	ours, err := c.search(ctx, h, oursNumber, &c.ours)
	if err != nil {
		return err
	}
	peer, err := c.search(ctx, h, queueNumber, &c.peer)
	if err != nil {
		return err
	}
	c.row.add(ours, peer)
	tell("clean: ours %g, Queue() %g calls/s", ours, peer)
	return nil
}

// search steps up from where the last one ended as long as it is clean, or down until it is; 0 when even the lowest
// rate is not.
func (c *capacity) search(ctx context.Context, h *hall, number string, at *int) (float64, error) {
	ok, err := c.clean(ctx, h, number, *at)
	climbs := ok
	for err == nil && ok && climbs && *at < len(rates)-1 {
		if ok, err = c.clean(ctx, h, number, *at+1); ok {
			*at++
		}
	}
	for err == nil && !climbs && !ok && *at > 0 {
		*at--
		ok, err = c.clean(ctx, h, number, *at)
	}
	if !climbs && !ok {
		return 0, err
	}
	return rates[*at], err
}

func (c *capacity) clean(ctx context.Context, h *hall, number string, at int) (bool, error) {
	m, err := h.measure(ctx, burst{number: number, calls: int(rates[at]) * c.seconds, rate: rates[at], talk: time.Second, wait: 5 * time.Second})
	if err != nil {
		return false, err
	}
	tell("  %s at %g calls/s: %s", number, rates[at], describe(m))
	return m.lost == 0 && m.again == 0, nil
}
