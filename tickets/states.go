package tickets

import (
	"fmt"
	"slices"
	"strings"
)

// follows is the whole life of a ticket. A closed one stays closed: what comes later is a new ticket.
var follows = map[string][]string{
	StateNew:             {StateOpen, StateWaitingCustomer, StateWaitingVendor, StateSolved, StateClosed},
	StateOpen:            {StateWaitingCustomer, StateWaitingVendor, StateSolved, StateClosed},
	StateWaitingCustomer: {StateOpen, StateWaitingVendor, StateSolved, StateClosed},
	StateWaitingVendor:   {StateOpen, StateWaitingCustomer, StateSolved, StateClosed},
	StateSolved:          {StateOpen, StateClosed},
	StateClosed:          {},
}

// Next lists the states that may follow state.
func Next(state string) []string { return slices.Clone(follows[state]) }

func mayFollow(from, to string) error {
	switch {
	case follows[to] == nil:
		return Invalid{Field: "state", Text: "is not one of new, open, waiting_customer, waiting_vendor, solved, closed"}
	case from != to && !slices.Contains(follows[from], to):
		text := fmt.Sprintf("%s cannot follow %s", to, from)
		if next := follows[from]; len(next) > 0 {
			text += ", only " + strings.Join(next, ", ")
		}
		return Invalid{Field: "state", Text: text, cause: ErrTransition}
	}
	return nil
}
