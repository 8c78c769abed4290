package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"hotline/recording"
	"hotline/telephony"
	"hotline/telephony/journal"
)

// settler tells tickets how their calls ended. The journal remembers which calls are settled, so nothing is forgotten
// when the process dies; telling twice is harmless.
type settler struct {
	*world
	journal *journal.Journal
	todo    chan string
	log     *slog.Logger
}

// ended is told by the exchange's watch.
func (s *settler) ended(call string) {
	select {
	case s.todo <- call:
	default: // the sweep finds it
	}
}

// again settles a call anew: its recording came home later.
func (s *settler) again(call string) { s.ended(call) }

func (s *settler) Run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case id := <-s.todo:
			c, err := s.journal.Call(ctx, id)
			if err == nil {
				err = s.settle(ctx, c)
			}
			if err != nil && ctx.Err() == nil {
				s.log.Warn("ticket is told later how its call ended", "call", id, "err", err)
			}
		}
	}
}

func (s *settler) sweep(ctx context.Context) {
	calls, err := s.journal.Unsettled(ctx)
	for _, c := range calls {
		err = errors.Join(err, s.settle(ctx, c))
	}
	if n, missing := s.journal.Ticketless(ctx, time.Now().Add(-time.Minute)); n > 0 {
		s.log.Error("calls have no ticket", "calls", n) // the promise of the whole program, checked in every round
	} else {
		err = errors.Join(err, missing)
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("tickets are told later how their calls ended", "err", err)
	}
}

func (s *settler) settle(ctx context.Context, c telephony.Call) error {
	if !c.Over() {
		return nil
	}
	rules := s.setup.Rules(c.Line)
	if c.Ticket == 0 { // the call ended before its ticket could be opened
		o, err := s.tickets.Open(ctx, opening(c, rules))
		if err != nil {
			return err
		}
		ev := ticketOpened(o)
		if c, err = s.journal.Amend(ctx, c.ID, ev, func(c *telephony.Call) {
			c.Ticket, c.Contact, c.Caller.Number = ev.Ticket, ev.Contact, ev.Caller.Number
		}); err != nil {
			return err
		}
	}
	var spoken, speech float64
	if c.Outcome == telephony.Voicemail || c.Outcome == telephony.Failed {
		var err error
		if spoken, speech, err = s.message(ctx, c.ID); err != nil {
			return err
		}
	}
	if c.Outcome == telephony.Failed && speech >= 1 { // a message that the dialplan took
		var err error
		if c, err = s.journal.Amend(ctx, c.ID, telephony.Event{Kind: telephony.Kept, Seconds: speech}, func(c *telephony.Call) {
			c.Outcome = telephony.Voicemail
		}); err != nil {
			return err
		}
	}
	if err := s.tickets.CallDone(ctx, c.ID, string(c.Outcome), c.Reason, c.Agent, !c.AnsweredAt.IsZero(), c.EndedAt); err != nil {
		return err
	}
	if c.Outcome == telephony.Voicemail {
		if err := s.tickets.Voicemail(ctx, c.ID, rules.CallBackDue(c.EndedAt), spoken); err != nil {
			return err
		}
	}
	return s.journal.Settled(ctx, c.ID)
}

// message is how long the call's longest voicemail is and how much speech is in it; 0 while none is home.
func (s *settler) message(ctx context.Context, call string) (spoken, speech float64, err error) {
	list, err := s.recordings.ByCalls(ctx, call)
	for _, r := range list {
		if r.Kind == recording.Voicemail {
			spoken, speech = max(spoken, r.Seconds), max(speech, r.Speech)
		}
	}
	return spoken, speech, err
}
