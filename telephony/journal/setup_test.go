package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"hotline/deploy/schema"
	"hotline/deploy/stack"
	"hotline/telephony"
)

func openSetup(t *testing.T) (*Setup, *pgxpool.Pool) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), stack.Migrated(t, schema.Domain{Name: "telephony", Files: Schema()}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return another(t, pool), pool
}

// another is the configuration as another server has it.
func another(t *testing.T, pool *pgxpool.Pool) *Setup {
	t.Helper()
	s, err := OpenSetup(t.Context(), pool)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *Setup) mustApply(t *testing.T, text string, prune bool) int64 {
	t.Helper()
	p, err := s.Plan(t.Context(), mustRead(t, text), prune)
	if err != nil {
		t.Fatal(err)
	}
	n, err := s.Apply(t.Context(), "admin", p)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func mustRead(t *testing.T, text string) *File {
	t.Helper()
	f, err := ReadFile("lines.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (s *Setup) exported(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.Config().Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const house = `
queues:
  - name: support
    title: Support
    wrapup: 30s
lines:
  - line: "100"
    title: Support
    language: en
    queue: support
    greeting: [sound:hotline/greeting]
    ring: 20s
    message: {max: 3m, silence: 6s}
    hours:
      zone: Europe/Berlin
      week: [[], [09:00-18:00], [09:00-12:00, 13:00-18:00], [], [], [], []]
      days: {2026-12-25: []}
    menus:
      main:
        prompt: [sound:hotline/menu]
        keys:
          1: {language: ru}
          "*": {then: repeat}
  - {line: "200", title: Office, language: ru, queue: support, ring: 20s, message: {max: 3m}}
`

func (s *Setup) differences(t *testing.T, text string, prune bool) string {
	t.Helper()
	p, err := s.Plan(t.Context(), mustRead(t, text), prune)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range p.Changes {
		switch {
		case c.Before == nil:
			out = append(out, "+"+c.Kind+" "+c.Name)
		case c.After == nil:
			out = append(out, "-"+c.Kind+" "+c.Name)
		default:
			for _, f := range c.Fields() {
				out = append(out, fmt.Sprintf("%s %s %s: %s > %s", c.Kind, c.Name, f.Path, f.Old, f.New))
			}
		}
	}
	for _, c := range p.Kept {
		out = append(out, "="+c.Kind+" "+c.Name)
	}
	return strings.Join(out, "; ")
}

func TestAPlanNamesEveryDifferenceAndNothingElse(t *testing.T) {
	s, _ := openSetup(t)
	if got := s.differences(t, house, true); got != "+queue support; +line 100; +line 200" {
		t.Errorf("an empty house: %s", got)
	}
	s.mustApply(t, house, false)
	for name, c := range map[string]struct {
		old, new string
		prune    bool
		want     string
	}{
		"the same file":                      {"", "", true, ""},
		"another title":                      {"title: Office", "title: 'Head office'", false, "line 200 title: Office > Head office"},
		"a time written otherwise":           {"wrapup: 30s", "wrapup: 0m30s", false, ""},
		"another time":                       {"{max: 3m,", "{max: 90s,", false, "line 100 message.max: 3m0s > 1m30s"},
		"an added prompt":                    {"[sound:hotline/greeting]", "[sound:hotline/greeting, sound:x]", false, "line 100 greeting: sound:hotline/greeting > sound:hotline/greeting, sound:x"},
		"shorter hours":                      {"[09:00-18:00]", "[09:00-17:00]", false, "line 100 hours.week.1: 09:00-18:00 > 09:00-17:00"},
		"no holiday":                         {"days: {2026-12-25: []}", "days: {}", false, "line 100 hours.days.2026-12-25: none > "},
		"another key":                        {"1: {language: ru}", "2: {language: ru}", false, "line 100 menus.main.keys.1.language: ru > ; line 100 menus.main.keys.2.language:  > ru"},
		"a line that is gone stays":          {"line: \"200\"", "line: \"300\"", false, "+line 300; =line 200"},
		"a line that is gone goes when told": {"line: \"200\"", "line: \"300\"", true, "-line 200; +line 300"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := s.differences(t, strings.Replace(house, c.old, c.new, 1), c.prune); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if h, err := s.History(t.Context(), 0, 10); err != nil || len(h) != 1 {
		t.Errorf("planning changed something: %d changes, %v", len(h), err)
	}
	if got := s.differences(t, "queues: []\n", false); got != "=queue support; =line 100; =line 200" {
		t.Errorf("a file without lines: %s", got)
	}
	if got := s.differences(t, "lines: []\n", true); got != "-line 100; -line 200; =queue support" {
		t.Errorf("pruning lines alone: %s", got)
	}
}

func TestAnExportedFileChangesNothing(t *testing.T) {
	s, _ := openSetup(t)
	s.mustApply(t, house, false)
	for i, hostile := range []string{"yes", "0100", "~", "null", " blank ", "a: b # c", "- x", "\"", "'", "{{ }}", "*a", "&b", "!c", "%d", "@", "`", "|", ">", "1e3", "2026-01-07", ".nan",
		"two\nlines\n", "tab\t", "bell\a", "Поддержка", "😀", "\u2028\u0085\ufeff", "1_000", "0x1f", "<<", "=", "12:30", strings.Repeat("long ", 200), "<b>&amp;"} {
		r := s.Rules("100")
		r.Line, r.Title, r.Category = fmt.Sprint(1000+i), hostile, hostile
		if err := s.PutLine(t.Context(), "admin", r); err != nil {
			t.Fatal(err)
		}
	}
	text := s.exported(t)
	if got := s.differences(t, text, true); got != "" {
		t.Errorf("%s\nwould change %s", text, got)
	}
	f := mustRead(t, text)
	empty, _ := openSetup(t)
	p, err := empty.Plan(t.Context(), f, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := empty.Apply(t.Context(), "admin", p); err != nil {
		t.Fatal(err)
	}
	if again := empty.exported(t); again != text {
		t.Errorf("after export, apply and export again:\n%s\nwas\n%s", again, text)
	}
	if !reflect.DeepEqual(empty.Rules("1020").Title, s.Rules("1020").Title) {
		t.Errorf("a title came back as %q", empty.Rules("1020").Title)
	}
}

func TestAPlanHoldsOnlyForWhatItWasMadeAgainst(t *testing.T) {
	s, pool := openSetup(t)
	s.mustApply(t, house, false)
	plan := func(of, title string) Plan {
		p, err := s.Plan(t.Context(), mustRead(t, strings.Replace(house, "title: "+of, "title: "+title, 1)), false)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, change := range map[string]func() error{
		"a change on the page": func() error {
			return s.PutQueue(t.Context(), "supervisor", Queue{Name: "support", Title: "Help", WrapUp: telephony.Duration(time.Minute)})
		},
		"a change by hand": func() error {
			_, err := pool.Exec(t.Context(), `UPDATE lines SET rules = jsonb_set(rules, '{title}', '"by hand"') WHERE number = '100'`)
			return err
		},
	} {
		p := plan("Office", "Planned")
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Apply(t.Context(), "admin", p); !errors.Is(err, ErrChanged) {
			t.Errorf("after %s: %v", name, err)
		}
		if s.Rules("200").Title != "Office" {
			t.Errorf("after %s a part of the plan was applied", name)
		}
	}

	var wg sync.WaitGroup
	results := make(chan error, 8)
	plans := make([]Plan, 8)
	for i := range plans {
		plans[i] = plan("Office", fmt.Sprint("Office ", i))
	}
	for _, p := range plans {
		wg.Go(func() { _, err := s.Apply(t.Context(), "admin", p); results <- err })
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, ErrChanged) {
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d of eight plans against the same configuration were applied", won)
	}
}

func TestEveryChangeIsInTheHistoryAndCanBeTakenBack(t *testing.T) {
	s, pool := openSetup(t)
	first := s.mustApply(t, house, false)
	before := s.exported(t)
	second := s.mustApply(t, strings.NewReplacer("title: Office", "title: Bureau", "wrapup: 30s", "wrapup: 40s").Replace(house)+"  - {line: \"300\", language: en, queue: support, ring: 9s, message: {max: 9s}}\n", false)
	if err := s.PutLine(t.Context(), "supervisor", s.Rules("200")); err != nil {
		t.Fatal(err)
	}
	h, err := s.History(t.Context(), 0, 10)
	if err != nil || len(h) != 2 {
		t.Fatalf("%d changes, though the third changed nothing: %v", len(h), err)
	}
	e := h[0]
	if e.Change != second || e.Who != "admin" || len(e.Changes) != 3 || time.Since(e.At) > time.Minute {
		t.Errorf("the change reads %+v", e)
	}
	if f := e.Changes[0].Fields(); e.Changes[0].Kind != KindQueue || len(f) != 1 || f[0] != (Field{"wrapup", "30s", "40s"}) {
		t.Errorf("the queue's change reads %v", f)
	}
	if older, _ := s.History(t.Context(), second, 10); len(older) != 1 || older[0].Change != first {
		t.Errorf("before it: %v", older)
	}

	later := s.Rules("200")
	later.Title = "Later"
	if err := s.PutLine(t.Context(), "supervisor", later); err != nil {
		t.Fatal(err)
	}
	p, err := s.PlanUndo(t.Context(), second)
	if err != nil || len(p.Since) != 1 || p.Since[0].Who != "supervisor" {
		t.Fatalf("what was changed since: %v, %v", p.Since, err)
	}
	undo, err := s.Apply(t.Context(), "admin", p)
	if err != nil {
		t.Fatal(err)
	}
	if after := s.exported(t); after != before {
		t.Errorf("undone it is\n%s\nit was\n%s", after, before)
	}
	if h, _ = s.History(t.Context(), 0, 1); h[0].Change != undo || h[0].Undoes != second {
		t.Errorf("the undoing reads %+v", h[0])
	}
	if p, err = s.PlanUndo(t.Context(), undo); err != nil { // what was undone can be done again
		t.Fatal(err)
	}
	if _, err = s.Apply(t.Context(), "admin", p); err != nil || s.Rules("300").Unknown || s.Rules("200").Title != "Later" {
		t.Errorf("the undoing undone: %+v, %v", s.Rules("200"), err)
	}
	if _, err := s.PlanUndo(t.Context(), 99); !errors.Is(err, ErrNoChange) {
		t.Errorf("a change that never was: %v", err)
	}

	for _, sql := range []string{`UPDATE setup_history SET who = 'nobody'`, `DELETE FROM setup_history`, `TRUNCATE setup_history`} {
		if _, err := pool.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "only added to") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestAnUndoingLeavesNoLineWithoutItsQueue(t *testing.T) {
	s, _ := openSetup(t)
	if err := s.PutQueue(t.Context(), "admin", Queue{Name: "support", Title: "Support"}); err != nil {
		t.Fatal(err)
	}
	s.mustApply(t, house, false)
	if _, err := s.PlanUndo(t.Context(), 1); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), `line 100: queue: the queue "support" would be gone`) {
		t.Errorf("undoing the queue's first change: %v", err)
	}
	if _, err := s.Plan(t.Context(), mustRead(t, "queues: []\n"), true); !errors.Is(err, ErrInvalid) {
		t.Errorf("pruning the queue: %v", err)
	}
}

func TestAChangeIsLiveInEveryServerWithinASecond(t *testing.T) {
	s, pool := openSetup(t)
	other, told := another(t, pool), make(chan struct{}, 100)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- other.Run(ctx, slog.New(slog.DiscardHandler), func() { told <- struct{}{} }) }()
	await := func(what string, within time.Duration, true func() bool) {
		t.Helper()
		for late := time.After(within); !true(); {
			select {
			case <-told:
			case <-late:
				t.Fatalf("%s: not within %v", what, within)
			}
		}
	}
	s.mustApply(t, house, false)
	await("a file", time.Second, func() bool { return other.Rules("100").Title == "Support" })
	r := s.Rules("100")
	r.ClosedNow = true
	began := time.Now()
	if err := s.PutLine(t.Context(), "supervisor", r); err != nil {
		t.Fatal(err)
	}
	await("the emergency switch", time.Second, func() bool { return other.Rules("100").ClosedNow })
	t.Logf("written and heard after %v", time.Since(began))

	// the database breaks the connection, and something changes meanwhile
	if _, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	r.ClosedNow = false
	if err := s.PutLine(t.Context(), "supervisor", r); err != nil {
		t.Fatal(err)
	}
	await("a change while nobody listened", 5*time.Second, func() bool { return !other.Rules("100").ClosedNow })
	stop()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAChangeThatFailsHalfwayChangesNothing(t *testing.T) {
	s, pool := openSetup(t)
	s.mustApply(t, house, false)
	before := s.exported(t)
	if _, err := pool.Exec(t.Context(), `ALTER TABLE lines ADD CHECK (rules->>'title' <> 'forbidden')`); err != nil {
		t.Fatal(err)
	}
	p, err := s.Plan(t.Context(), mustRead(t, strings.NewReplacer("title: Office", "title: forbidden", "wrapup: 30s", "wrapup: 1s").Replace(house)), false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Apply(t.Context(), "admin", p); err == nil {
		t.Fatal("applied")
	}
	if err := s.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h, _ := s.History(t.Context(), 0, 9); s.exported(t) != before || len(h) != 1 {
		t.Errorf("a half was applied:\n%s", s.exported(t))
	}
	if _, err := s.Apply(t.Context(), "", p); err == nil {
		t.Error("somebody without a name changed it")
	}
}
