package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"hotline/telephony"
)

// heading stands at the top of a written file.
const heading = `Lines and queues of Hotline. "hotline config plan FILE" shows what this file would change, "hotline config apply FILE" changes it.
Times are written as 20s or 1m30s, hours as 09:00-18:00; a week begins on Sunday; a day without hours is a holiday.`

// Write writes the configuration as YAML that ReadFile reads back as the same.
func (c Config) Write(w io.Writer) error {
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	n, err := node(d, reflect.TypeFor[Config]())
	if err != nil {
		return fmt.Errorf("writing configuration: %w", err)
	}
	n.HeadComment = heading
	out, err := yaml.NewDumper(w, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return err
	}
	return errors.Join(out.Dump(n), out.Close())
}

// node turns JSON into YAML and keeps the order of the keys, which is that of the types. The types tell an absent list from an absent object.
func node(d *json.Decoder, t reflect.Type) (*yaml.Node, error) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	token, err := d.Token()
	switch v := token.(type) {
	case json.Delim:
		if v == '{' {
			return object(d, t)
		}
		return sequence(d, t)
	case string:
		if d, err := time.ParseDuration(v); err == nil && t == reflect.TypeFor[telephony.Duration]() {
			v = short(d)
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v}, nil
	case bool, json.Number:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(v)}, nil
	case nil:
		switch t.Kind() {
		case reflect.Slice, reflect.Array:
			return &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}, err
		case reflect.Map:
			return &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}, err
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}, err
	}
	return nil, fmt.Errorf("%T in JSON", token)
}

func object(d *json.Decoder, t reflect.Type) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		name := fmt.Sprint(key)
		of, known := memberOf(t, name)
		if !known {
			return nil, fmt.Errorf("%s is not a field of %s", name, t)
		}
		v, err := node(d, of)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name}, v)
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	_, err := d.Token()
	return n, err
}

func sequence(d *json.Decoder, t reflect.Type) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle} // in one line, when it holds only plain values
	for i := 0; d.More(); i++ {
		v, err := node(d, t.Elem())
		if err != nil {
			return nil, err
		}
		if v.Kind != yaml.ScalarNode {
			n.Style = 0
		}
		if t.Kind() == reflect.Array && t.Len() == 7 {
			v.LineComment = strings.ToLower(time.Weekday(i).String())
		}
		n.Content = append(n.Content, v)
	}
	_, err := d.Token()
	return n, err
}
