package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v4"
)

// File is a configuration read from YAML. Its keys are the names that the API has; what the types do not know is refused.
type File struct {
	Config
	name  string
	where map[string]int // path -> line in the file
}

// most values a file may have: aliases could make a small file endless.
const mostValues = 200_000

// ReadFile reads text as configuration. The error says everything that is wrong, a line each: "file:line: what".
func ReadFile(name string, text []byte) (*File, error) {
	f := &File{name: name, where: map[string]int{}}
	var doc yaml.Node
	if err := yaml.Load(text, &doc); err != nil {
		return nil, f.syntax(err)
	}
	root := &doc
	if root.Kind == yaml.DocumentNode {
		root = root.Content[0]
	}
	r := reader{File: f, left: mostValues}
	tree := r.value(root, reflect.TypeFor[Config](), "")
	if len(r.wrong) > 0 {
		return nil, errors.Join(r.wrong...)
	}
	b, err := json.Marshal(tree)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(b, &f.Config); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

func (f *File) syntax(err error) error {
	var at *yaml.LoadError
	if errors.As(err, &at) && at.Mark.Line > 0 {
		return fmt.Errorf("%s:%d: %s", f.name, at.Mark.Line, at.Message)
	}
	return fmt.Errorf("%s: %w", f.name, err)
}

// check finds what the types cannot: it compares things with each other.
func (f *File) check(queueThere func(string) bool) error {
	var wrong []error
	add := func(path string, faults []Fault) {
		for _, t := range faults {
			field := path + "." + t.Field
			wrong = append(wrong, fmt.Errorf("%s:%d: %s: %s", f.name, f.lineOf(field), f.called(field), t.Text))
		}
	}
	lines, queues := map[string]int{}, map[string]int{}
	for i, q := range f.Queues {
		path := fmt.Sprint("queues.", i)
		add(path, append(CheckQueue(q), f.twice(queues, q.Name, path, "name")...))
	}
	for i, r := range f.Lines {
		path := fmt.Sprint("lines.", i)
		known := func(queue string) bool { _, here := queues[queue]; return here || queueThere(queue) }
		add(path, append(CheckLine(r, known), f.twice(lines, r.Line, path, "line")...))
	}
	return errors.Join(wrong...)
}

func (f *File) twice(seen map[string]int, name, path, field string) []Fault {
	line := f.lineOf(path + "." + field)
	if first, there := seen[name]; there {
		return []Fault{{field, fmt.Sprintf("%q is there twice, first on line %d", name, first)}}
	}
	seen[name] = line
	return nil
}

// lineOf finds the place of a path, or of what it would stand in.
func (f *File) lineOf(path string) int {
	for {
		if n, ok := f.where[path]; ok {
			return n
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return 1
		}
		path = path[:i]
	}
}

// called writes "line 100: message.max" for "lines.0.message.max".
func (f *File) called(path string) string {
	var i int
	list, rest, _ := strings.Cut(path, ".")
	number, field, _ := strings.Cut(rest, ".")
	if _, err := fmt.Sscan(number, &i); err != nil || i < 0 {
		return path
	}
	switch {
	case list == "queues" && i < len(f.Queues):
		return fmt.Sprintf("queue %s: %s", f.Queues[i].Name, field)
	case list == "lines" && i < len(f.Lines):
		return fmt.Sprintf("line %s: %s", f.Lines[i].Line, field)
	}
	return path
}
