package journal

import (
	"hotline/telephony"
	"strings"
	"testing"
	"time"
)

// Each row changes the good file in one place.
func TestAWrongFileIsRefusedWithItsPlaceAndWhatIsAllowed(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"a key nobody knows":                       {"greeting:", "greting:", `lines.yaml:11: lines.0: there is no "greting" here; allowed are call_back_in, category, closed`},
		"a key nobody knows below":                 {"silence: 6s", "quiet: 6s", `lines.yaml:13: lines.0.message: there is no "quiet" here; allowed are max, menu, prompt, silence, thanks`},
		"a key nobody knows on top":                {"queues:", "queue:", `lines.yaml:2: there is no "queue" here; allowed are lines, queues`},
		"a number that is not quoted":              {`"100"`, "0100", `lines.yaml:7: lines.0.line: want a text, got 0100, which YAML does not read as text; in quotes it is: "0100"`},
		"a time without a unit":                    {"ring: 20s", "ring: 20", `lines.yaml:12: lines.0.ring: want a time such as 20s or 1m30s, got 20`},
		"a time that is none":                      {"ring: 20s", "ring: soon", `lines.yaml:12: lines.0.ring: want a time such as 20s or 1m30s, got the text "soon"`},
		"hours the wrong way round":                {"[09:00-18:00]", "[18:00-09:00]", `lines.yaml:16: lines.0.hours.week.1.0: want hours of one day such as 09:00-18:00, got the text "18:00-09:00"`},
		"a week of six days":                       {"week: [[], ", "week: [", `lines.yaml:16: lines.0.hours.week: want exactly 7 entries, got 6`},
		"a text where a list belongs":              {"greeting: [sound:hotline/greeting]", "greeting: sound:hotline/greeting", `lines.yaml:11: lines.0.greeting: want a list, got the text "sound:hotline/greeting"`},
		"a list where keys belong":                 {"{max: 3m, silence: 6s}", "[3m]", `lines.yaml:13: lines.0.message: want keys (max, menu, prompt, silence, thanks), got a list`},
		"an empty value":                           {"title: Office", "title:", `lines.yaml:24: lines.1.title: is empty: want a text`},
		"a switch that is neither on nor off":      {"queue: support\n", "queue: support\n    record: maybe\n", `lines.yaml:11: lines.0.record: want true or false, got the text "maybe"`},
		"a key that is there twice":                {"    ring: 20s\n", "    ring: 20s\n    ring: 21s\n", `lines.yaml:13: lines.0: "ring" is there twice, first on line 12`},
		"no YAML":                                  {"  - name", " - {name", `lines.yaml:`},
		"two documents":                            {"lines:", "---\nlines:", `lines.yaml`},
		"a zone nobody knows":                      {"Europe/Berlin", "Mars/Olympus", `lines.yaml:15: lines.0.hours: unknown time zone Mars/Olympus`},
		"a zone that depends on the machine":       {"Europe/Berlin", "Local", `lines.yaml:15: line 100: hours.zone: "Local" is no time zone`},
		"a queue that does not exist":              {"queue: support\n", "queue: suport\n", `lines.yaml:10: line 100: queue: names the queue "suport", which does not exist`},
		"a key that leads to no queue":             {"{language: ru}", "{queue: nowhere}", `lines.yaml:22: line 100: menus.main.keys.1.queue: names the queue "nowhere", which does not exist`},
		"a key that leads to no menu":              {"{language: ru}", "{menu: deep}", `lines.yaml:22: line 100: menus.main.keys.1.menu: names the menu "deep", which this line does not have`},
		"a key that no telephone has":              {`"*": {`, `"12": {`, `lines.yaml:23: line 100: menus.main.keys.12: is no key: 0 to 9, * or #`},
		"a way to go on that does not exist":       {"then: repeat", "then: dance", `lines.yaml:23: line 100: menus.main.keys.*.then: is not one of queue, repeat, status, message`},
		"media that are no sounds":                 {"[sound:hotline/menu]", "[sound:ok, 'recording:x']", `lines.yaml:20: line 100: menus.main.prompt.1: "recording:x" is not of the form sound:folder/name`},
		"media out of their folder":                {"[sound:hotline/greeting]", "['sound:../../etc/passwd']", `lines.yaml:11: line 100: greeting.0: "sound:../../etc/passwd" is not of the form sound:folder/name`},
		"a language that is not spoken":            {"language: en", "language: de", `lines.yaml:9: line 100: language: is not en or ru`},
		"a ring too long":                          {"ring: 20s", "ring: 1h", `lines.yaml:12: line 100: ring: is not 3s to 2m`},
		"hours over each other":                    {"13:00-18:00", "11:00-18:00", `lines.yaml:16: line 100: hours.week.2.1: begins before the hours before it end`},
		"a holiday that is no day":                 {"2026-12-25", "2026-02-30", `lines.yaml:17: line 100: hours.days.2026-02-30: is no date such as 2026-01-07`},
		"a line that is there twice":               {`"200"`, `"100"`, `lines.yaml:24: line 100: line: "100" is there twice, first on line 7`},
		"a line without a number":                  {`line: "200", `, "", `lines.yaml:24: line : line: is not a number`},
		"a queue with blanks":                      {"name: support", "name: Our Support", `lines.yaml:3: queue Our Support: name: is not a name of at most 40 small letters`},
		"a priority nobody knows":                  {"language: en", "language: en\n    priority: asap", `lines.yaml:10: line 100: priority: is not one of urgent, high, normal, low`},
		"the mark of numbers nobody configured":    {"language: en", "language: en\n    unknown: true", `lines.yaml:10: line 100: unknown: cannot be set`},
		"an anchor that is not there":              {"language: en", "language: *x", `lines.yaml:9: `},
		"two things at once, both are told":        {"    ring: 20s\n    message: {max: 3m, silence: 6s}", "    ring: x\n    message: {max: y, silence: 6s}", `lines.yaml:13: lines.0.message.max`},
		"a text that a terminal would take amiss":  {"language: en", `language: "\e[2J"`, `lines.yaml:9: line 100: language: is not en or ru`},
		"a key that a terminal would take amiss":   {"greeting:", `"\e[2J":`, `lines.yaml:11: lines.0: there is no "\x1b[2J" here`},
		"a key of a menu that is not a plain word": {`"*": {`, `[1]: {`, `lines.yaml:23: lines.0.menus.main.keys: a key is not a plain word`},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(house, c.old) {
				t.Fatal("the test looks for what is not there")
			}
			text := strings.Replace(house, c.old, c.new, 1)
			f, err := ReadFile("lines.yaml", []byte(text))
			if err == nil {
				err = f.check(func(string) bool { return false })
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("said\n%v\nwant\n%s", err, c.want)
			}
		})
	}
	if _, err := ReadFile("lines.yaml", nil); err == nil || !strings.HasPrefix(err.Error(), "lines.yaml: ") {
		t.Errorf("an empty file: %v", err)
	}
	if err := mustRead(t, house).check(func(string) bool { return false }); err != nil {
		t.Errorf("the good file: %v", err)
	}
}

func TestLinesMayShareThroughAnchors(t *testing.T) {
	f := mustRead(t, `
lines:
  - {line: "1", message: &kept {max: 3m, thanks: [sound:a]}}
  - {line: "2", message: *kept}
`)
	if m := f.Lines[1].Message; m.Max != telephony.Duration(3*time.Minute) || len(m.Thanks) != 1 {
		t.Errorf("shared as %+v", m)
	}
}

func TestAFileThatNamesItselfOverAndOverIsRefused(t *testing.T) {
	var b strings.Builder
	b.WriteString("queues:\n - &a0 {name: x}\n")
	for range 400 {
		b.WriteString(" - *a0\n")
	}
	b.WriteString("lines:\n - greeting: &g [" + strings.Repeat("a,", 1000) + "a]\n" + strings.Repeat(" - greeting: *g\n", 1000))
	if _, err := ReadFile("lines.yaml", []byte(b.String())); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("%.200v", err)
	}
}

func FuzzAnyFileIsReadOrRefusedAndWrittenTheSame(f *testing.F) {
	f.Add(house)
	f.Add("lines: [{line: \"1\", hours: {zone: UTC, week: [~,~,~,~,~,~,[00:00-24:00]]}}]")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		read, err := ReadFile("f", []byte(text))
		if err != nil {
			return
		}
		_ = read.check(func(string) bool { return true })
		var first, second strings.Builder
		if err := read.Write(&first); err != nil {
			t.Fatal(err)
		}
		again, err := ReadFile("f", []byte(first.String()))
		if err != nil {
			t.Fatalf("%v\n%s", err, first.String())
		}
		if err := again.Write(&second); err != nil || first.String() != second.String() {
			t.Fatalf("%v\n%s\n%s", err, first.String(), second.String())
		}
	})
}
