package telephony

import "time"

// Rules are what a line prescribes: data, edited on the page or in a file, never code per line.
// Media are Asterisk's URIs ("sound:hotline/greeting"); durations are written as "20s" in JSON.
type Rules struct {
	Line      string          `json:"line"` // dialled number
	Title     string          `json:"title"`
	Language  string          `json:"language"` // "en" or "ru"
	Queue     string          `json:"queue"`
	Category  string          `json:"category,omitempty"` // default of its tickets
	Priority  string          `json:"priority,omitempty"` // default of its tickets
	Greeting  []string        `json:"greeting,omitempty"`
	Hours     *Schedule       `json:"hours,omitempty"`      // nil: always open
	ClosedNow bool            `json:"closed_now,omitempty"` // emergency switch: closed whatever the hours say
	Closed    []string        `json:"closed,omitempty"`     // why; when is said from Hours
	Menus     map[string]Menu `json:"menus,omitempty"`      // "main" comes first
	Record    bool            `json:"record,omitempty"`     // talks are recorded
	TapePause Duration        `json:"tape_pause,omitempty"` // longest pause of a recording; then it goes on by itself. Default 2 min
	Message   MessageRule     `json:"message"`
	Unknown   bool            `json:"unknown,omitempty"` // nobody configured this number

	Pop           Duration `json:"pop"`                      // how long the phone waits for the desk's acknowledgement of the pop
	Ring          Duration `json:"ring"`                     // then how long it rings (RONA)
	Grace         Duration `json:"grace"`                    // how long a stranded caller waits for the agent's desk
	MaxWait       Duration `json:"max_wait,omitempty"`       // in the queue; then voicemail. 0: no limit
	FirstResponse Duration `json:"first_response,omitempty"` // working time promised
	Resolution    Duration `json:"resolution,omitempty"`
	CallBackIn    Duration `json:"call_back_in,omitempty"` // working time within which a voicemail is called back
}

// MessageRule says how a voicemail is taken.
type MessageRule struct {
	Prompt  []string `json:"prompt,omitempty"`
	Menu    []string `json:"menu,omitempty"` // 1 listen, 2 again, # or hanging up keeps
	Thanks  []string `json:"thanks,omitempty"`
	Max     Duration `json:"max"`
	Silence Duration `json:"silence"` // that ends it
}

// Duration is a time.Duration written as text: "1m30s".
type Duration time.Duration

func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}

// orElse gives a rule's duration, or what stands in when the rule is silent.
func orElse(d Duration, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return time.Duration(d)
}
