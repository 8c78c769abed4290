package journal

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"hotline/telephony"
)

// Fault is one thing that is wrong with a line or a queue. Field is its JSON path: "message.max".
type Fault struct{ Field, Text string }

// CheckLine finds the rules with which a call would be stuck or misled; queue says whether a queue exists.
func CheckLine(r telephony.Rules, queue func(name string) bool) []Fault {
	var c checks
	c.that(lineNumber.MatchString(r.Line), "line", "is not a number of at most 40 digits, letters, + * # _ . -")
	c.that(!r.Unknown, "unknown", "cannot be set: it marks numbers that nobody configured")
	c.language("language", r.Language)
	for _, to := range queuesOf(r) {
		c.that(queue(to.queue), to.field, fmt.Sprintf("names the queue %q, which does not exist", to.queue))
	}
	c.that(r.Priority == "" || slices.Contains(priorities(), r.Priority), "priority", "is not one of "+strings.Join(priorities(), ", "))
	c.within("pop", r.Pop, 0, 2*time.Second)
	c.within("ring", r.Ring, 3*time.Second, 2*time.Minute)
	c.within("grace", r.Grace, 0, 2*time.Minute)
	c.within("message.max", r.Message.Max, 5*time.Second, 15*time.Minute)
	c.within("message.silence", r.Message.Silence, 0, time.Minute)
	for field, d := range map[string]telephony.Duration{"max_wait": r.MaxWait, "first_response": r.FirstResponse, "resolution": r.Resolution, "call_back_in": r.CallBackIn} {
		c.that(d >= 0, field, "is negative")
	}
	c.hours(r.Hours)
	c.media("greeting", r.Greeting)
	c.media("closed", r.Closed)
	c.media("message.prompt", r.Message.Prompt)
	c.media("message.menu", r.Message.Menu)
	c.media("message.thanks", r.Message.Thanks)
	for _, name := range slices.Sorted(maps.Keys(r.Menus)) {
		c.menu(r, name)
	}
	return c.found
}

// CheckQueue finds what is wrong with a queue.
func CheckQueue(q Queue) []Fault {
	var c checks
	c.that(queueName.MatchString(q.Name), "name", "is not a name of at most 40 small letters, digits, - and _")
	c.that(q.Title != "" && len(q.Title) <= 200, "title", "is empty or longer than 200 bytes")
	c.within("wrapup", q.WrapUp, 0, time.Hour)
	c.within("target", q.Target, 0, time.Hour)
	c.within("short", q.Short, 0, time.Hour)
	return c.found
}

var (
	lineNumber = regexp.MustCompile(`^[0-9A-Za-z+*#_.-]{1,40}$`)
	queueName  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	key        = regexp.MustCompile(`^[0-9*#]$`)
	// Asterisk's media addresses can name other things than sounds too: these are the only ones that may be played.
	sound = regexp.MustCompile(`^sound:[A-Za-z0-9_-][A-Za-z0-9_-]*(/[A-Za-z0-9_-]+)*$`)
)

func priorities() []string { return []string{"urgent", "high", "normal", "low"} }

type checks struct{ found []Fault }

func (c *checks) that(ok bool, field, text string) {
	if !ok {
		c.found = append(c.found, Fault{field, text})
	}
}

func (c *checks) within(field string, d telephony.Duration, from, to time.Duration) {
	c.that(time.Duration(d) >= from && time.Duration(d) <= to, field, fmt.Sprintf("is not %s to %s", short(from), short(to)))
}

// short writes "2m" for "2m0s".
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func (c *checks) language(field, language string) {
	c.that(language == "en" || language == "ru", field, "is not en or ru")
}

func (c *checks) media(field string, uris []string) {
	for i, uri := range uris {
		c.that(sound.MatchString(uri), fmt.Sprint(field, ".", i), fmt.Sprintf("%q is not of the form sound:folder/name", uri))
	}
}

func (c *checks) hours(h *telephony.Schedule) {
	if h == nil {
		return
	}
	_, err := time.LoadLocation(h.Zone)
	c.that(err == nil && h.Zone != "" && h.Zone != "Local", "hours.zone", fmt.Sprintf("%q is no time zone; write one such as Europe/Berlin or UTC", h.Zone))
	for d, spans := range h.Week {
		c.apart(fmt.Sprint("hours.week.", d), spans)
	}
	for _, day := range slices.Sorted(maps.Keys(h.Days)) {
		_, err := time.Parse(time.DateOnly, day)
		c.that(err == nil, "hours.days."+day, "is no date such as 2026-01-07")
		c.apart("hours.days."+day, h.Days[day])
	}
}

// apart wants a day's spans in order and not over each other: working time would count twice.
func (c *checks) apart(field string, spans []telephony.Span) {
	for i := 1; i < len(spans); i++ {
		c.that(spans[i].From >= spans[i-1].To, fmt.Sprint(field, ".", i), "begins before the hours before it end")
	}
}

func (c *checks) menu(r telephony.Rules, name string) {
	m, at := r.Menus[name], "menus."+name+"."
	c.media(at+"prompt", m.Prompt)
	c.media(at+"wrong", m.Wrong)
	c.within(at+"timeout", m.Timeout, 0, time.Minute)
	c.that(m.Tries >= 0 && m.Tries <= 10, at+"tries", "is not 0 to 10")
	for _, k := range slices.Sorted(maps.Keys(m.Keys)) {
		choice, at := m.Keys[k], at+"keys."+k
		c.that(key.MatchString(k), at, "is no key: 0 to 9, * or #")
		c.media(at+".say", choice.Say)
		if choice.Language != "" {
			c.language(at+".language", choice.Language)
		}
		_, there := r.Menus[choice.Menu]
		c.that(choice.Menu == "" || there, at+".menu", fmt.Sprintf("names the menu %q, which this line does not have", choice.Menu))
		thens := []telephony.Then{telephony.ThenQueue, telephony.ThenRepeat, telephony.ThenStatus, telephony.ThenMessage}
		c.that(choice.Then == "" || slices.Contains(thens, choice.Then), at+".then", fmt.Sprintf("is not one of %s, %s, %s, %s", thens[0], thens[1], thens[2], thens[3]))
	}
}

type leadsTo struct{ field, queue string }

// queuesOf are the queues that a line's calls can come to.
func queuesOf(r telephony.Rules) []leadsTo {
	out := []leadsTo{{"queue", r.Queue}}
	for _, name := range slices.Sorted(maps.Keys(r.Menus)) {
		for _, k := range slices.Sorted(maps.Keys(r.Menus[name].Keys)) {
			if q := r.Menus[name].Keys[k].Queue; q != "" {
				out = append(out, leadsTo{"menus." + name + ".keys." + k + ".queue", q})
			}
		}
	}
	return out
}
