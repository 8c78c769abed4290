package telephony

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden calls as Step gives them now")

// A golden call is a text that a product person can read: a sentence of what it shows, the line's rules in words,
// then events with their time, and under each what the call became (=) and what is done (>).
// `go test ./telephony -run Golden -update` writes the answers anew; read the difference before you commit it.
func TestGoldenCalls(t *testing.T) {
	files, _ := filepath.Glob("testdata/calls/*.txt")
	if len(files) < 10 {
		t.Fatalf("only %d golden calls found", len(files))
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(want))
			if *update {
				if err := os.WriteFile(f, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(want) {
				t.Errorf("the call goes another way:\n%s", firstDifference(string(want), got))
			}
		})
	}
}

// replay runs the events of a golden call and writes the same text with Step's answers.
func replay(t *testing.T, text string) string {
	t.Helper()
	var out strings.Builder
	rules := goldenRules()
	c := Call{ID: "c0ffee00-0000-4000-8000-000000000001"}
	start := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC) // a Friday
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		line := lines.Text()
		switch word := strings.Fields(line); {
		case strings.HasPrefix(strings.TrimSpace(line), "=") || strings.HasPrefix(strings.TrimSpace(line), ">"):
			continue // answers are written anew
		case len(word) == 0 || word[0] == "#":
			fmt.Fprintln(&out, line)
		case word[0] == "rule":
			setRule(t, &rules, &start, word[1], strings.Join(word[2:], " "))
			fmt.Fprintln(&out, line)
		default:
			after, err := time.ParseDuration(word[0])
			if err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			fmt.Fprintln(&out, line)
			before := c.Seq
			var do []Action
			c, do = Step(c, goldenEvent(t, c, word[1:]), start.Add(after), rules)
			writeAnswer(&out, c, do, before)
		}
	}
	return out.String()
}

func writeAnswer(out *strings.Builder, c Call, do []Action, before int) {
	state := string(c.State)
	if c.Over() {
		state += ": " + string(c.Outcome) + ", " + c.Reason
	}
	if c.Seq == before {
		state = "nothing changes"
	}
	fmt.Fprintf(out, "          = %s\n", state)
	for _, a := range do {
		words := []string{string(a.Do)}
		for _, w := range []string{a.Agent, a.As, a.Cause, a.Device, short(a.Leg), short(a.Name)} {
			if w != "" {
				words = append(words, w)
			}
		}
		if a.Token != 0 {
			words = append(words, fmt.Sprintf("#%d", a.Token))
		}
		fmt.Fprintf(out, "          > %s\n", strings.Join(append(words, a.Media...), " "))
	}
}

// short leaves the call's id out of a name.
func short(name string) string {
	return strings.Replace(name, "~c0ffee00-0000-4000-8000-000000000001", "", 1)
}

func goldenEvent(t *testing.T, c Call, words []string) Event {
	ev := Event{Kind: Kind(words[0])}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		v = strings.ReplaceAll(v, "_", " ")
		switch k {
		case "from":
			ev.Caller = Caller{Raw: v}
		case "number":
			ev.Caller.Number = v
		case "to":
			ev.Line = v
		case "agent":
			ev.Agent = v
		case "device":
			ev.Device = v
		case "digit":
			ev.Digit = v
		case "cause":
			ev.Cause = v
		case "contact":
			ev.Contact = v
		case "ticket":
			ev.Ticket, _ = strconv.ParseInt(v, 10, 64)
		case "token":
			ev.Token, _ = strconv.ParseInt(v, 10, 64)
		case "seconds":
			ev.Seconds, _ = strconv.ParseFloat(v, 64)
		case "name":
			ev.Name = map[string]string{"this": c.Play, "message": messageName(c)}[v]
			if ev.Name == "" {
				ev.Name = v
			}
		case "leg":
			ev.Leg = c.Leg
		case "channel":
			ev.Channel = v
		default:
			t.Fatalf("golden call: what is %q?", w)
		}
	}
	return ev
}

func messageName(c Call) string {
	if c.Message == nil {
		return ""
	}
	return c.Message.Name
}

func goldenRules() Rules {
	sec := func(n int) Duration { return Duration(time.Duration(n) * time.Second) }
	return Rules{Line: "100", Language: "en", Queue: "support", Greeting: []string{"sound:hotline/greeting"}, Record: true,
		Closed: []string{"sound:hotline/closed"}, Pop: Duration(150 * time.Millisecond), Ring: sec(20), Grace: sec(15), CallBackIn: Duration(4 * time.Hour),
		Message: MessageRule{Prompt: []string{"sound:hotline/leave-message"}, Menu: []string{"sound:hotline/message-menu"},
			Thanks: []string{"sound:hotline/message-kept"}, Max: sec(120), Silence: sec(5)}}
}

func goldenMenus() map[string]Menu {
	return map[string]Menu{
		"main": {Prompt: []string{"sound:hotline/choose-language"}, Wrong: []string{"sound:hotline/wrong-key"}, Keys: map[string]Choice{
			"1": {Language: "en", Menu: "category"}, "2": {Language: "ru", Menu: "category"}}},
		"category": {Prompt: []string{"sound:hotline/choose-category"}, Wrong: []string{"sound:hotline/wrong-key"}, Keys: map[string]Choice{
			"1": {Category: "hardware"}, "3": {Category: "account", Queue: "office", Say: []string{"sound:hotline/one-moment"}},
			"4": {Then: ThenStatus}, "9": {Then: ThenMessage}, "*": {Then: ThenRepeat}, "0": {Menu: "nowhere"}}},
	}
}

func setRule(t *testing.T, r *Rules, start *time.Time, name, value string) {
	office := &Schedule{Zone: "Europe/Berlin"}
	for d := 1; d <= 5; d++ {
		office.Week[d] = []Span{{9 * 60, 18 * 60}}
	}
	switch name {
	case "hours": // Monday to Friday 9 to 18 in Berlin
		r.Hours = office
	case "closed-now":
		r.Hours, r.ClosedNow = office, true
	case "menus": // language, then category or status
		r.Menus = goldenMenus()
	case "unknown-line":
		r.Unknown, r.Closed = true, []string{"sound:hotline/unknown-line"}
	case "no-greeting":
		r.Greeting = nil
	case "max-wait":
		d, err := time.ParseDuration(value)
		if err != nil {
			t.Fatal(err)
		}
		r.MaxWait = Duration(d)
	case "starts":
		at, err := time.Parse("2006-01-02 15:04", value)
		if err != nil {
			t.Fatal(err)
		}
		*start = at
	default:
		t.Fatalf("golden call: what is rule %q?", name)
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range g {
		if i >= len(w) || w[i] != g[i] {
			from := max(0, i-3)
			return fmt.Sprintf("line %d\nwant:\n%s\ngot:\n%s", i+1, strings.Join(w[from:min(len(w), i+4)], "\n"), strings.Join(g[from:min(len(g), i+4)], "\n"))
		}
	}
	return "the expected text is longer"
}
