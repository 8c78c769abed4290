package telephony

import "fmt"

// Menu is a question that the caller answers with a key. A line's menus are data, walked by Step.
type Menu struct {
	Prompt  []string          `json:"prompt"`
	Keys    map[string]Choice `json:"keys"`              // "0" to "9", "*", "#"
	Timeout Duration          `json:"timeout,omitempty"` // after the prompt; default 5 s
	Tries   int               `json:"tries,omitempty"`   // wrong or no key; then the call goes on to the queue. Default 3
	Wrong   []string          `json:"wrong,omitempty"`   // said before the prompt is repeated
}

// Choice is what a key means. What it sets stays with the ticket; then the call goes to another menu or does Then.
type Choice struct {
	Language string   `json:"language,omitempty"`
	Category string   `json:"category,omitempty"`
	Queue    string   `json:"queue,omitempty"`
	Say      []string `json:"say,omitempty"`
	Menu     string   `json:"menu,omitempty"`
	Then     Then     `json:"then,omitempty"` // default "queue"
}

// Then names how a call goes on after a key: a closed set.
type Then string

const (
	ThenQueue   Then = "queue"
	ThenRepeat  Then = "repeat"  // this menu once more
	ThenStatus  Then = "status"  // says how the caller's newest open ticket stands, then this menu once more
	ThenMessage Then = "message" // a voicemail
)

const (
	firstMenu = "main" // where a call begins when its line has menus
	mostMenus = 20     // menus that one call may walk through: a loop ends in the queue
	mostTries = 3
)

// greeted goes on after the greeting: to the first menu, or to the queue.
func (s *step) greeted() bool {
	if _, ok := s.rules.Menus[firstMenu]; ok {
		return s.openMenu(firstMenu)
	}
	return s.queue()
}

// openMenu asks a menu's question, after what is to be said before. A menu that does not exist leads to the queue.
func (s *step) openMenu(name string, say ...string) bool {
	m, ok := s.rules.Menus[name]
	if s.Asked++; !ok || s.Asked > mostMenus {
		return s.queue()
	}
	if name != s.Menu {
		s.Menu, s.Tries = name, 0
	}
	return s.announce(InMenu, append(append([]string{}, say...), m.Prompt...)...)
}

func (s *step) inMenu(ev Event) bool {
	m := s.rules.Menus[s.Menu]
	switch {
	case ev.Kind == Digit:
		s.hush()
		if c, ok := m.Keys[ev.Digit]; ok {
			return s.choose(c)
		}
		return s.wrongKey(m)
	case ev.Kind == Played && ev.Name == s.Play && s.Play != "":
		s.Play, s.Deadline = "", s.now.Add(orElse(m.Timeout, forKey))
		return true
	case ev.Kind == Clock:
		return s.wrongKey(m)
	case ev.Kind == Status:
		return s.openMenu(s.Menu, spokenStatus(ev)...)
	}
	return false
}

func (s *step) choose(c Choice) bool {
	if c.Language != "" {
		s.Language = c.Language
	}
	if c.Queue != "" {
		s.Queue = c.Queue
	}
	if c.Category != "" {
		s.Category = c.Category
	}
	if c.Language != "" || c.Queue != "" || c.Category != "" {
		s.act(Action{Do: Classify})
	}
	switch {
	case c.Menu != "":
		return s.openMenu(c.Menu, c.Say...)
	case c.Then == ThenRepeat:
		return s.openMenu(s.Menu, c.Say...)
	case c.Then == ThenMessage:
		return s.announce(Closed, append(append([]string{}, c.Say...), s.rules.Message.Prompt...)...)
	case c.Then == ThenStatus:
		s.Play, s.Prompt, s.Deadline = "", nil, s.now.Add(forKey)
		s.act(Action{Do: LookUp})
		return true
	case len(c.Say) > 0:
		return s.announce(Greeting, c.Say...) // its end leads on
	}
	return s.queue()
}

// wrongKey asks again, and sends the caller to a person in the end.
func (s *step) wrongKey(m Menu) bool {
	most := m.Tries
	if most == 0 {
		most = mostTries
	}
	if s.Tries++; s.Tries >= most {
		return s.queue()
	}
	return s.openMenu(s.Menu, m.Wrong...)
}

// hush stops what is being said to the caller.
func (s *step) hush() {
	if s.Play != "" {
		s.act(Action{Do: StopPlay, Name: s.Play})
	}
}

// spokenStatus says in Asterisk's sounds how a ticket stands; Name is its state, empty for no open ticket.
func spokenStatus(ev Event) []string {
	if ev.Name == "" {
		return []string{"sound:hotline/status-none"}
	}
	return []string{"sound:hotline/status-number", fmt.Sprintf("digits:%d", ev.Ticket), "sound:hotline/status-" + ev.Name}
}
