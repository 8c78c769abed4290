package main

import (
	"context"
	"errors"
	"regexp"

	"github.com/google/uuid"

	"hotline/telephony"
	"hotline/tickets"
)

// errNumber: what an agent wants to dial is not a telephone number.
var errNumber = errors.New("not a telephone number: digits with an optional + are needed")

var dialable = regexp.MustCompile(`^\+?[0-9]{3,15}$`)

// dial lets an agent call a customer; the call belongs to the ticket, or gets one of its own.
func (s *server) dial(ctx context.Context, agent, to string, ticket int64) (telephony.Call, error) {
	number := tickets.ParseNumber(to, s.config.Region)
	if number == "" {
		number = to
	}
	if !dialable.MatchString(number) {
		return telephony.Call{}, errNumber
	}
	ev := telephony.Event{Kind: telephony.Dial, Agent: agent, Node: s.config.Node, Ticket: ticket, Caller: telephony.Caller{Raw: to, Number: number}}
	if ticket != 0 {
		t, err := s.world.tickets.Get(ctx, ticket)
		if err != nil {
			return telephony.Call{}, err
		}
		ev.Line = t.Line
		if t.Contact != nil {
			ev.Contact = t.Contact.Name
		}
	}
	id := uuid.NewString()
	m, err := s.floor.Occupy(ctx, agent, id)
	if err != nil {
		return telephony.Call{}, err
	}
	ev.Device, ev.Token = m.Device, m.Token
	return s.exchange.Ask(ctx, id, ev)
}
