package journal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"hotline/telephony"
)

// What a change is about.
const (
	KindLine  = "line"
	KindQueue = "queue"
)

// Change is what happens to one line or queue: from Before to After, both JSON objects. Nil means that it does not exist.
type Change struct {
	Kind   string          `json:"kind"`
	Name   string          `json:"name"`
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
}

// Plan is changes that were worked out but not made. It holds for the configuration that it was made against and no other.
type Plan struct {
	Changes []Change
	Kept    []Change // not in the file; they stay as they are
	Undoes  int64    // the change that this plan takes back; 0: none
	Since   []Entry  // changes after the one to be undone that are taken back with it

	version string // "": any
}

// ErrChanged means that somebody changed the configuration after the plan was made.
var ErrChanged = errors.New("the configuration was changed in between; plan again")

// Plan works out what the file would change. With prune, what is not in the file goes; a list that the file does not
// have at all stays untouched. What is wrong with the file is told with its place, all of it at once.
func (s *Setup) Plan(ctx context.Context, f *File, prune bool) (Plan, error) {
	now, err := readSetup(ctx, s.pool)
	if err != nil {
		return Plan{}, fmt.Errorf("reading configuration: %w", err)
	}
	if err := f.check(func(queue string) bool {
		_, there := now.queues[queue]
		return there && (!prune || f.Queues == nil)
	}); err != nil {
		return Plan{}, err
	}
	p := Plan{version: now.version}
	queues := byName(f.Queues, func(q Queue) string { return q.Name })
	lines := byName(f.Lines, func(r telephony.Rules) string { return r.Line })
	err = errors.Join(compare(&p, KindQueue, now.queues, queues, prune && f.Queues != nil),
		compare(&p, KindLine, now.lines, lines, prune && f.Lines != nil))
	if err == nil && prune {
		err = dangling(now, p.Changes)
	}
	return p, err
}

func byName[T any](list []T, name func(T) string) map[string]T {
	m := make(map[string]T, len(list))
	for _, v := range list {
		m[name(v)] = v
	}
	return m
}

// compare adds to the plan what leads from now to want.
func compare[T any](p *Plan, kind string, now, want map[string]T, prune bool) error {
	all := maps.Clone(now)
	maps.Copy(all, want)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c := Change{Kind: kind, Name: name}
		var err error
		before, there := now[name]
		if there {
			if c.Before, err = json.Marshal(before); err != nil {
				return err
			}
		}
		after, wanted := want[name]
		if wanted {
			if c.After, err = json.Marshal(after); err != nil {
				return err
			}
		}
		switch {
		case !wanted && !prune:
			p.Kept = append(p.Kept, c)
		case len(c.Fields()) > 0:
			p.Changes = append(p.Changes, c)
		}
	}
	return nil
}

// Field is one difference inside a line or queue; Old or New is empty where there is nothing.
type Field struct{ Path, Old, New string }

// Fields are the differences between Before and After, in the order of their paths. An absent list and an empty one are the same.
func (c Change) Fields() []Field {
	before, after := leaves(c.Before), leaves(c.After)
	all := maps.Clone(before)
	maps.Copy(all, after)
	var out []Field
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if before[path] != after[path] {
			out = append(out, Field{path, before[path], after[path]})
		}
	}
	return out
}

// nothing is how an empty list, an empty object and null read.
const nothing = "none"

// leaves are the values of an object by their paths. A list of plain values is one value: people read it as one.
func leaves(object json.RawMessage) map[string]string {
	out := map[string]string{}
	if object == nil {
		return out
	}
	d := json.NewDecoder(bytes.NewReader(object))
	d.UseNumber() // a number stays as it was written
	var v any
	if d.Decode(&v) == nil {
		collectLeaves(v, "", out)
	}
	return out
}

func collectLeaves(v any, path string, out map[string]string) {
	below := func(key string) string { return strings.TrimPrefix(path+"."+visible(key), ".") }
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			collectLeaves(e, below(k), out)
		}
		if len(v) == 0 && path != "" {
			out[path] = nothing
		}
	case []any:
		if !plain(v) {
			for i, e := range v {
				collectLeaves(e, below(strconv.Itoa(i)), out)
			}
			return
		}
		if out[path] = nothing; len(v) > 0 {
			texts := make([]string, len(v))
			for i, e := range v {
				texts[i] = readable(e)
			}
			out[path] = strings.Join(texts, ", ")
		}
	default:
		out[path] = readable(v)
	}
}

func plain(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool {
		switch v.(type) {
		case map[string]any, []any, nil:
			return true
		}
		return false
	})
}

// readable leaves plain words as they are and quotes what could be misread.
func readable(v any) string {
	text, isText := v.(string)
	switch {
	case v == nil:
		return nothing
	case !isText:
		return fmt.Sprint(v)
	case text == "" || text == nothing || strings.Contains(text, ",") || strings.TrimSpace(text) != text:
		return strconv.Quote(text)
	}
	return visible(text)
}

// visible quotes what could trouble a terminal.
func visible(text string) string {
	if quoted := strconv.Quote(text); quoted != `"`+text+`"` {
		return quoted
	}
	return text
}
