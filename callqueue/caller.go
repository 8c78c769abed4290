package callqueue

import (
	"context"
	"encoding/json"
	"fmt"
)

// Enqueue says that the call waits and has no agent. The longest idle agent of the queue takes it, or it stands at its
// place. Done again it changes nothing; with another queue, priority or node it moves the call, whose first arrival stays.
// A call that is offered to an agent stays so, and its node is told of the match again: end a reservation
// with Seat first. Whoever talked to the call by the floor's belief is paused with ReasonLost.
func (f *Floor) Enqueue(ctx context.Context, w Waiting) error {
	set(&w.Node, f.opt.Node)
	_, err := f.do(ctx, "enqueue", w.Call, w.Queue, millis(w.Since), w.Priority, place(w.Since, w.Priority, f.opt.Ageing), w.Node)
	return err
}

// Dequeue says that the call waits no longer. An agent who is being offered it stays reserved until Seat.
func (f *Floor) Dequeue(ctx context.Context, call string) error {
	_, err := f.do(ctx, "dequeue", call)
	return err
}

// Waiting lists a queue, the next caller first.
func (f *Floor) Waiting(ctx context.Context, queue string) ([]Waiting, error) {
	ctx, cancel := context.WithTimeout(ctx, f.opt.Timeout)
	defer cancel()
	calls, err := f.rdb.ZRange(ctx, f.prefix+"waiting:"+queue, 0, -1).Result()
	if err != nil || len(calls) == 0 {
		return nil, unavailable(err)
	}
	notes, err := f.rdb.HMGet(ctx, f.prefix+"calls", calls...).Result()
	if err != nil {
		return nil, unavailable(err)
	}
	waiting := make([]Waiting, 0, len(notes))
	for _, n := range notes {
		text, there := n.(string)
		if !there {
			continue // matched or gone between the two reads
		}
		var m matchNote
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return nil, fmt.Errorf("waiting call: %w", err)
		}
		if m.Agent == "" {
			waiting = append(waiting, Waiting{Call: m.Call, Queue: m.Queue, Since: instant(m.Since), Priority: m.Priority, Node: m.Node})
		}
	}
	return waiting, nil
}
