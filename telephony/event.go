package telephony

import "time"

// Kind names an event. Kinds that come from outside are the words of the journal.
type Kind string

const (
	// From Asterisk, about the customer's channel.
	Came   Kind = "came"   // the channel entered our application; Line, Caller, Channel, Node are set
	Digit  Kind = "digit"  // DTMF key in Digit
	Left   Kind = "left"   // the channel is gone or no longer ours; Cause says why
	Played Kind = "played" // playback Name finished
	Stored Kind = "stored" // Asterisk finished writing recording Name
	Picked Kind = "picked" // outbound: the customer answered

	// From Asterisk, about the agent's channel Leg.
	LegUp   Kind = "leg_up"   // the agent's audio leg is there (desk phone picked up, external media made)
	LegGone Kind = "leg_gone" // the leg ended; Cause says why

	// From our own stores, as answers to actions.
	TicketOpened Kind = "ticket"  // Ticket, Contact, Caller.Number, Priority
	Kept         Kind = "kept"    // voicemail Name is safe; Seconds is the speech in it
	Status       Kind = "status"  // the caller's newest open Ticket stands as Name, empty for none
	Failure      Kind = "failure" // action Name could not be done; Cause says why
	Matched      Kind = "matched" // the queue reserved Agent (Device, Token) for the call

	// From the desk.
	Popped     Kind = "popped"      // Agent's desk shows the screen-pop
	Accept     Kind = "accept"      // Agent answers
	Decline    Kind = "decline"     // Agent declines
	Hangup     Kind = "hangup"      // Agent hangs up
	Hold       Kind = "hold"        // Agent holds the caller
	Resume     Kind = "resume"      // Agent takes the caller back
	PauseTape  Kind = "tape_pause"  // Agent stops the recording, for card data
	ResumeTape Kind = "tape_resume" // and goes on with it
	DeskLost   Kind = "desk_lost"   // Agent's desk is gone (tab closed, socket cut)
	DeskBack   Kind = "desk_back"   // Agent's desk and its audio are there again
	Dial       Kind = "dial"        // Agent (Device, Token) calls Caller.Number for Ticket; the birth of an outbound call

	// Time and recovery.
	Clock    Kind = "clock"    // Deadline has passed
	Adopt    Kind = "adopt"    // after a restart or reconnect: Channel and Leg name what Asterisk still has, empty for gone
	Rejoin   Kind = "rejoin"   // Redis was emptied: say again that you wait, or whom you occupy
	Withdraw Kind = "withdraw" // a supervisor takes the call out of the queue
)

// Event is one thing that happened to a call. Only the fields that its kind names are set.
type Event struct {
	Kind     Kind      `json:"kind"`
	At       time.Time `json:"-"`
	Line     string    `json:"line,omitempty"`
	Node     string    `json:"node,omitempty"`
	Channel  string    `json:"channel,omitempty"`
	Leg      string    `json:"leg,omitempty"`
	Caller   Caller    `json:"caller,omitzero"`
	Digit    string    `json:"digit,omitempty"`
	Name     string    `json:"name,omitempty"`
	Cause    string    `json:"cause,omitempty"`
	Ticket   int64     `json:"ticket,omitempty"`
	Contact  string    `json:"contact,omitempty"`
	Priority int       `json:"priority,omitempty"`
	Agent    string    `json:"agent,omitempty"`
	Device   string    `json:"device,omitempty"`
	Token    int64     `json:"token,omitempty"`
	Seconds  float64   `json:"seconds,omitempty"`
}
