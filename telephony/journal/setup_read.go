package journal

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"hotline/telephony"
)

// reader walks the file and the types beside each other and makes the JSON that the types read.
type reader struct {
	*File
	left  int
	wrong []error
}

func (r *reader) fault(n *yaml.Node, path, format string, args ...any) any {
	if path = strings.TrimPrefix(path, "."); path != "" {
		path += ": "
	}
	r.wrong = append(r.wrong, fmt.Errorf("%s:%d: %s%s", r.name, n.Line, path, fmt.Sprintf(format, args...)))
	return nil
}

func (r *reader) value(n *yaml.Node, t reflect.Type, path string) any {
	if r.left--; r.left == 0 {
		return r.fault(n, path, "has too many values, more than %d", mostValues)
	} else if r.left < 0 {
		return nil
	}
	r.where[strings.TrimPrefix(path, ".")] = n.Line
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	text, isText := reflect.New(t).Interface().(encoding.TextUnmarshaler)
	switch {
	case n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null":
		if k := t.Kind(); k == reflect.Pointer || k == reflect.Slice || k == reflect.Map {
			return nil
		}
		return r.fault(n, path, "is empty: want %s", wanted(t))
	case isText:
		return r.text(n, t, text, path)
	case t.Kind() == reflect.Pointer:
		return r.value(n, t.Elem(), path)
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return r.mapping(n, t, path)
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return r.list(n, t, path)
	}
	return r.scalar(n, t, path)
}

func (r *reader) text(n *yaml.Node, t reflect.Type, into encoding.TextUnmarshaler, path string) any {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!str" || into.UnmarshalText([]byte(n.Value)) != nil {
		return r.fault(n, path, "want %s, got %s", wanted(t), got(n))
	}
	return n.Value
}

func (r *reader) mapping(n *yaml.Node, t reflect.Type, path string) any {
	if n.Kind != yaml.MappingNode {
		return r.fault(n, path, "want %s, got %s", wanted(t), got(n))
	}
	out, seen, before := map[string]any{}, map[string]int{}, len(r.wrong)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		of, known := memberOf(t, k.Value)
		first, twice := seen[k.Value]
		switch {
		case k.Kind != yaml.ScalarNode:
			r.fault(k, path, "a key is not a plain word")
		case twice:
			r.fault(k, path, "%q is there twice, first on line %d", k.Value, first)
		case !known:
			r.fault(k, path, "there is no %q here; allowed are %s", k.Value, strings.Join(keysOf(t), ", "))
		default:
			out[k.Value] = r.value(v, of, path+"."+k.Value)
			r.where[strings.TrimPrefix(path+"."+k.Value, ".")] = k.Line
		}
		seen[k.Value] = k.Line
	}
	if own, ok := reflect.New(t).Interface().(json.Unmarshaler); ok && before == len(r.wrong) { // a type that is stricter than its fields
		if b, err := json.Marshal(out); err != nil || own.UnmarshalJSON(b) != nil {
			return r.fault(n, path, "%v", errors.Join(err, own.UnmarshalJSON(b)))
		}
	}
	return out
}

func (r *reader) list(n *yaml.Node, t reflect.Type, path string) any {
	if n.Kind != yaml.SequenceNode {
		return r.fault(n, path, "want %s, got %s", wanted(t), got(n))
	}
	if t.Kind() == reflect.Array && len(n.Content) != t.Len() {
		return r.fault(n, path, "want exactly %d entries, got %d", t.Len(), len(n.Content))
	}
	out := make([]any, len(n.Content))
	for i, e := range n.Content {
		out[i] = r.value(e, t.Elem(), fmt.Sprint(path, ".", i))
	}
	return out
}

func (r *reader) scalar(n *yaml.Node, t reflect.Type, path string) any {
	v := reflect.New(t)
	fits := map[string][]reflect.Kind{"!!str": {reflect.String}, "!!bool": {reflect.Bool}, "!!float": {reflect.Float64, reflect.Float32},
		"!!int": {reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float64, reflect.Float32}}
	if n.Kind != yaml.ScalarNode || !slices.Contains(fits[n.ShortTag()], t.Kind()) || n.Decode(v.Interface()) != nil {
		return r.fault(n, path, "want %s, got %s", wanted(t), got(n))
	}
	return v.Elem().Interface()
}

// memberOf gives the type of what a key of t holds.
func memberOf(t reflect.Type, key string) (reflect.Type, bool) {
	if t.Kind() == reflect.Map {
		return t.Elem(), true
	}
	of, ok := fieldsOf(t)[key]
	return of, ok
}

func fieldsOf(t reflect.Type) map[string]reflect.Type {
	fields := map[string]reflect.Type{}
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.IsExported() && !f.Anonymous && name != "" && name != "-" {
			fields[name] = f.Type
		}
	}
	return fields
}

func keysOf(t reflect.Type) []string {
	if t == reflect.TypeFor[telephony.Rules]() {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(fieldsOf(t))), func(k string) bool { return k == "unknown" })
	}
	return slices.Sorted(maps.Keys(fieldsOf(t)))
}

// wanted says what a type is written as.
func wanted(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[telephony.Duration]():
		return "a time such as 20s or 1m30s"
	case reflect.TypeFor[telephony.Span]():
		return "hours of one day such as 09:00-18:00"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return wanted(t.Elem())
	case reflect.Struct:
		return "keys (" + strings.Join(keysOf(t), ", ") + ")"
	case reflect.Map:
		return "keys with values"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a text"
	}
	return "a number"
}

// got says what stands there instead.
func got(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "keys"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!str":
		return fmt.Sprintf("the text %q", n.Value)
	case "!!int", "!!float", "!!bool", "!!timestamp":
		return fmt.Sprintf("%s, which YAML does not read as text; in quotes it is: %q", n.Value, n.Value)
	}
	return n.Value
}
