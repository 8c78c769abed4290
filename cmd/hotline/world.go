package main

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"

	"hotline/agentdesk"
	"hotline/callqueue"
	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/ari"
	"hotline/telephony/journal"
	"hotline/tickets"
)

// world does what the flow of a call wants done: it knows which domain does what, and nothing else.
type world struct {
	exchange   *telephony.Exchange
	media      *ari.Media
	floor      *callqueue.Floor
	tickets    *tickets.Store
	recordings *recording.Store
	setup      *journal.Setup
	desk       *agentdesk.Server
	log        *slog.Logger

	ctx  context.Context // ends when the server leaves
	work sync.WaitGroup  // what goes on beside the calls
}

// Do answers telephony.World.
func (w *world) Do(ctx context.Context, c telephony.Call, a telephony.Action) (telephony.Event, bool, error) {
	switch a.Do {
	case telephony.Disarm:
		w.work.Go(func() { w.disarm(c, a) })
	case telephony.OpenTicket, telephony.JoinTicket:
		ev, err := w.ticket(c, a)
		return ev, err == nil, err
	case telephony.Classify:
		w.work.Go(func() { w.classify(c) })
	case telephony.LookUp:
		return w.lookUp(c), true, nil
	case telephony.Enqueue:
		w.insist(c.ID, "enqueue", func(ctx context.Context) error { return w.enqueue(ctx, c.ID) })
	case telephony.Dequeue:
		w.insist(c.ID, "dequeue", func(ctx context.Context) error { return w.floor.Dequeue(ctx, c.ID) })
	case telephony.Seat:
		w.insist(c.ID, "seat", func(ctx context.Context) error { return w.seat(ctx, c, a) })
	case telephony.Pop:
		return telephony.Event{}, false, w.desk.Pop(ctx, c, a.Agent)
	case telephony.RingTab:
		w.desk.RingTab(c, a.Agent)
	case telephony.Keep:
		w.work.Go(func() { w.keep(c, a.Name) })
	case telephony.KeepTape:
		w.work.Go(func() { w.keepTape(c, a.Name) })
	case telephony.Record:
		if err := w.expect(ctx, c, a.Name, recording.Voicemail); err != nil {
			return telephony.Event{}, false, err
		}
		return w.media.Perform(ctx, c, a)
	case telephony.Tape:
		if err := w.expect(ctx, c, a.Name, recording.Talk); err != nil {
			return telephony.Event{}, false, err
		}
		return w.media.Perform(ctx, c, a)
	default:
		return w.media.Perform(ctx, c, a)
	}
	return telephony.Event{}, false, nil
}

// disarm tells Asterisk that we have the call, while the ticket is being opened. When it fails the dialplan takes over.
func (w *world) disarm(c telephony.Call, a telephony.Action) {
	if _, _, err := w.media.Perform(w.ctx, c, a); err != nil {
		w.log.Warn("action failed", "call", c.ID, "action", a.Do, "err", err)
	}
}

// ticket opens the call's ticket, or joins it to the one that the agent calls for. It insists: the call waits, for
// nobody may be offered a call without a ticket. Asterisk's dialplan takes over when that lasts (see link's guard).
func (w *world) ticket(c telephony.Call, a telephony.Action) (telephony.Event, error) {
	return backoff.Retry(w.ctx, func() (telephony.Event, error) {
		if a.Do == telephony.JoinTicket {
			err := w.tickets.Join(w.ctx, c.ID, c.Ticket)
			return telephony.Event{Kind: telephony.TicketOpened, Ticket: c.Ticket, Contact: c.Contact}, permanentIf(err, tickets.ErrNotFound)
		}
		o, err := w.tickets.Open(w.ctx, opening(c, w.setup.Rules(c.Line)))
		if err != nil {
			return telephony.Event{}, err
		}
		return ticketOpened(o), nil
	}, backoff.WithMaxElapsedTime(0), backoff.WithBackOff(briefly()), backoff.WithNotify(func(err error, _ time.Duration) {
		w.log.Error("ticket waits for the database", "call", c.ID, "err", err)
	}))
}

func opening(c telephony.Call, r telephony.Rules) tickets.Opening {
	o := tickets.Opening{Call: c.ID, Direction: string(c.Direction), Line: c.Line, LineTitle: r.Title, Queue: c.Queue, Language: c.Language,
		Category: r.Category, Priority: r.Priority, CallerRaw: c.Caller.Raw, CallerName: c.Caller.Name, At: c.ArrivedAt}
	if r.FirstResponse > 0 {
		o.DueFirstResponse = r.Hours.Add(c.ArrivedAt, time.Duration(r.FirstResponse))
	}
	if r.Resolution > 0 {
		o.DueResolution = r.Hours.Add(c.ArrivedAt, time.Duration(r.Resolution))
	}
	return o
}

func ticketOpened(o tickets.Opened) telephony.Event {
	ev := telephony.Event{Kind: telephony.TicketOpened, Ticket: o.Ticket.Number, Priority: o.PriorityStep, Caller: telephony.Caller{Number: o.CallerNumber}}
	if o.Contact != nil {
		ev.Contact = o.Contact.Name
	}
	return ev
}

// classify gives the ticket what the caller chose in the menu. Should somebody change the ticket meanwhile, it is read again.
func (w *world) classify(c telephony.Call) {
	change := tickets.Change{Queue: &c.Queue, Language: &c.Language}
	if c.Category != "" {
		change.Category = &c.Category
	}
	_, err := backoff.Retry(w.ctx, func() (tickets.Ticket, error) {
		t, err := w.tickets.Get(w.ctx, c.Ticket)
		if err != nil {
			return t, err
		}
		t, err = w.tickets.Change(w.ctx, c.Ticket, t.Version, change, "")
		if errors.As(err, new(tickets.Invalid)) {
			err = backoff.Permanent(err)
		}
		return t, err
	}, backoff.WithMaxElapsedTime(time.Minute), backoff.WithBackOff(briefly()))
	if err != nil && w.ctx.Err() == nil {
		w.log.Warn("ticket does not have the caller's choice", "call", c.ID, "ticket", c.Ticket, "err", err)
	}
}

// lookUp finds the caller's newest open ticket besides this call's own. Who withholds the number has none.
func (w *world) lookUp(c telephony.Call) telephony.Event {
	ev := telephony.Event{Kind: telephony.Status}
	if c.Caller.Number == "" {
		return ev
	}
	open := strings.Join([]string{tickets.StateNew, tickets.StateOpen, tickets.StateWaitingCustomer, tickets.StateWaitingVendor, tickets.StateSolved}, ",")
	list, _, err := w.tickets.List(w.ctx, tickets.Filter{Caller: c.Caller.Number, State: open, Limit: 2})
	if err != nil {
		w.log.Warn("caller's tickets could not be read", "call", c.ID, "err", err)
		return ev
	}
	for _, t := range list {
		if t.Number != c.Ticket {
			ev.Ticket, ev.Name = t.Number, t.State
			break
		}
	}
	return ev
}

// enqueue says that the call waits, if it still does.
func (w *world) enqueue(ctx context.Context, id string) error {
	c, ok := w.exchange.Call(id)
	if !ok || c.State != telephony.Waiting {
		return nil
	}
	return w.floor.Enqueue(ctx, callqueue.Waiting{Call: c.ID, Queue: c.Queue, Since: c.QueuedAt, Priority: c.Priority, Node: c.Node})
}

func (w *world) seat(ctx context.Context, c telephony.Call, a telephony.Action) error {
	m := callqueue.Match{Call: c.ID, Agent: a.Agent, Device: a.Device, Queue: c.Queue, Node: c.Node, Token: a.Token, Since: c.QueuedAt, Priority: c.Priority}
	if a.Cause == "reclaim" {
		return w.floor.Reclaim(ctx, m, a.As)
	}
	q, _ := w.setup.Queue(c.Queue)
	err := w.floor.Seat(ctx, a.Token, a.Agent, c.ID, a.As, a.Cause, time.Duration(q.WrapUp))
	if errors.Is(err, callqueue.ErrStale) && (a.As == "talking" || a.As == "hold") {
		return w.floor.Reclaim(ctx, m, a.As) // the offer's lease ended while the audio was being built
	}
	return err
}

// insist does something with Redis now, or in the background as soon as Redis is there again. What is done is harmless
// to do again, and when Redis comes back empty everybody is asked anew.
func (w *world) insist(call, what string, do func(context.Context) error) {
	err := do(w.ctx)
	if err == nil || !errors.Is(err, callqueue.ErrUnavailable) {
		w.note(call, what, err)
		return
	}
	w.work.Go(func() {
		_, err := backoff.Retry(w.ctx, func() (struct{}, error) {
			err := do(w.ctx)
			if err != nil && !errors.Is(err, callqueue.ErrUnavailable) {
				err = backoff.Permanent(err)
			}
			return struct{}{}, err
		}, backoff.WithMaxElapsedTime(10*time.Minute), backoff.WithBackOff(briefly()))
		w.note(call, what, err)
	})
}

func (w *world) note(call, what string, err error) {
	if err != nil && !errors.Is(err, callqueue.ErrStale) && w.ctx.Err() == nil {
		w.log.Warn("queue refused", "call", call, "what", what, "err", err)
	}
}

func (w *world) expect(ctx context.Context, c telephony.Call, name string, kind recording.Kind) error {
	return w.recordings.Expect(ctx, recording.Item{Name: name, Call: c.ID, Kind: kind, Node: c.Node})
}

// keep brings a voicemail home and tells the call how much was said. When that must wait, the sweep does it later
// and the call ends meanwhile as what it most likely is.
func (w *world) keep(c telephony.Call, name string) {
	r, err := backoff.Retry(w.ctx, func() (recording.Recording, error) { return w.recordings.Keep(w.ctx, name, 0) },
		backoff.WithMaxElapsedTime(5*time.Second), backoff.WithBackOff(briefly()))
	if err != nil {
		w.log.Warn("voicemail is brought home later", "call", c.ID, "err", err)
		w.exchange.Tell(c.ID, telephony.Event{Kind: telephony.Failure, Name: string(telephony.Keep), Cause: err.Error()})
		return
	}
	w.exchange.Tell(c.ID, telephony.Event{Kind: telephony.Kept, Name: name, Seconds: r.Speech})
}

func (w *world) keepTape(c telephony.Call, name string) {
	_, err := backoff.Retry(w.ctx, func() (recording.Recording, error) {
		return w.recordings.Keep(w.ctx, name, w.taped(c))
	}, backoff.WithMaxElapsedTime(10*time.Second), backoff.WithBackOff(briefly()))
	if err != nil {
		w.log.Warn("recording is brought home later", "call", c.ID, "err", err)
		return
	}
	w.desk.CallChanged(c, c, telephony.Event{Kind: telephony.Kept, Name: name})
}

// taped is how long the talk's recording should be: from the moment that it was announced.
func (w *world) taped(c telephony.Call) time.Duration {
	list, _ := w.recordings.ByCalls(w.ctx, c.ID)
	for _, r := range list {
		if r.Kind == recording.Talk {
			return c.EndedAt.Sub(r.StartedAt)
		}
	}
	return c.EndedAt.Sub(c.AnsweredAt)
}

// answered tells the ticket that a person talks with the customer. Should this get lost, the call's end tells it too.
func (w *world) answered(c telephony.Call) {
	if err := w.tickets.Answered(w.ctx, c.ID, c.Agent, c.AnsweredAt); err != nil && w.ctx.Err() == nil {
		w.log.Warn("ticket is told at the call's end who answered", "call", c.ID, "err", err)
	}
}

// briefly waits 50 ms, then twice as long, up to a second.
func briefly() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{InitialInterval: 50 * time.Millisecond, Multiplier: 2, MaxInterval: time.Second}
}

func permanentIf(err, target error) error {
	if errors.Is(err, target) {
		return backoff.Permanent(err)
	}
	return err
}

// browser lets Asterisk's external media find the agents' audio.
type browser struct{ desk *agentdesk.Server }

func (b browser) MediaHost(agent string) (string, error) {
	seat, err := b.desk.Seat(agent)
	if err != nil {
		return "", err
	}
	return seat.MediaHost(), nil
}

func (b browser) Attach(agent string, remote netip.AddrPort) error {
	seat, err := b.desk.Seat(agent)
	if err != nil {
		return err
	}
	seat.Attach(remote)
	return nil
}

func (b browser) Detach(agent string) error {
	seat, err := b.desk.Seat(agent)
	if err != nil {
		return err
	}
	seat.Detach()
	return nil
}
