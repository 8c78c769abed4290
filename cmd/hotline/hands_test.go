package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// part is something on the page as a person finds it: by its role and name, or by its data-testid.
type part struct{ role, name, id string }

func named(role, name string) part { return part{role: role, name: name} }
func testID(id string) part        { return part{id: id} }

func (w part) String() string {
	if w.id != "" {
		return w.id
	}
	return fmt.Sprintf("%s %q", w.role, w.name)
}

var errNotThere = errors.New("it is not there")

// object is the browser's handle of a part. A name ending in "…" is only its beginning.
func (p *person) object(w part) (string, error) {
	if w.id != "" {
		var v struct{ Result struct{ ObjectID string } }
		err := p.browser.do(p.session, "Runtime.evaluate", map[string]any{"expression": "document.querySelector('[data-testid=" + quoted(w.id) + "]')"}, &v)
		if err == nil && v.Result.ObjectID == "" {
			err = errNotThere
		}
		return v.Result.ObjectID, err
	}
	var root struct{ Root struct{ NodeID int } }
	if err := p.browser.do(p.session, "DOM.getDocument", map[string]any{"depth": 0}, &root); err != nil {
		return "", err
	}
	var found struct {
		Nodes []struct {
			Ignored          bool
			Name             struct{ Value string }
			BackendDOMNodeID int
		}
	}
	if err := p.browser.do(p.session, "Accessibility.queryAXTree", map[string]any{"nodeId": root.Root.NodeID, "role": w.role}, &found); err != nil {
		return "", err
	}
	for _, n := range found.Nodes {
		if start, ok := strings.CutSuffix(w.name, "…"); !n.Ignored && (n.Name.Value == w.name || ok && strings.HasPrefix(n.Name.Value, start)) {
			var v struct{ Object struct{ ObjectID string } }
			err := p.browser.do(p.session, "DOM.resolveNode", map[string]any{"backendNodeId": n.BackendDOMNodeID}, &v)
			return v.Object.ObjectID, err
		}
	}
	return "", errNotThere
}

// reach is where a click on the element would land; it must be enabled, in sight, not moving and not covered.
const reach = `async function() {
  this.scrollIntoView({block: "nearest"});
  const box = () => { const r = this.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; };
  const [x, y] = box();
  await new Promise((done) => setTimeout(done, 16));
  const [x2, y2] = box();
  const top = document.elementFromPoint(x, y);
  if (this.disabled) return {why: "it is disabled"};
  if (x !== x2 || y !== y2) return {why: "it moves"};
  if (!top || !(this.contains(top) || top.contains(this))) return {why: "it is covered by " + (top && top.outerHTML.slice(0, 200))};
  return {x, y};
}`

type point struct {
	X, Y float64
	Why  string
}

// find waits until a part can be clicked on.
func (p *person) find(w part) point {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		at, err := p.place(w)
		if err == nil && at.Why == "" {
			return at
		}
		if time.Now().After(end) {
			var seen string
			_ = p.try("document.body.innerText", &seen)
			p.t.Fatalf("%v cannot be clicked on: %v %s; the page shows:\n%s", w, err, at.Why, seen)
		}
	}
}

func (p *person) place(w part) (point, error) {
	id, err := p.object(w)
	if err != nil {
		return point{}, err
	}
	var v struct{ Result struct{ Value point } }
	err = p.browser.do(p.session, "Runtime.callFunctionOn", map[string]any{"objectId": id, "functionDeclaration": reach, "awaitPromise": true, "returnByValue": true}, &v)
	return v.Result.Value, err
}

// click clicks with the mouse where the part is.
func (p *person) click(w part) {
	p.t.Helper()
	at := p.find(w)
	for _, what := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		p.must("Input.dispatchMouseEvent", map[string]any{"type": what, "x": at.X, "y": at.Y, "button": "left", "clickCount": 1}, nil)
	}
}

// write types a text into a field.
func (p *person) write(field part, text string) {
	p.t.Helper()
	p.click(field)
	p.must("Input.insertText", map[string]any{"text": text}, nil)
}

// virtual are the key codes of Windows, which browsers still go by.
var virtual = map[string]int{"Enter": 13, "Escape": 27, "Tab": 9, "Space": 32, "ArrowDown": 40}

// key presses a key by its place on the keyboard: "Alt+KeyA", "Enter".
func (p *person) key(combination string) {
	p.t.Helper()
	parts := strings.Split(combination, "+")
	code, modifiers := parts[len(parts)-1], 0
	for _, m := range parts[:len(parts)-1] {
		modifiers |= map[string]int{"Alt": 1, "Ctrl": 2, "Meta": 4, "Shift": 8}[m]
	}
	press := map[string]any{"type": "rawKeyDown", "code": code, "key": code, "modifiers": modifiers, "windowsVirtualKeyCode": virtual[code]}
	if letter, ok := strings.CutPrefix(code, "Key"); ok {
		press["key"], press["windowsVirtualKeyCode"] = strings.ToLower(letter), int(letter[0])
	}
	if code == "Enter" {
		press["type"], press["text"] = "keyDown", "\r"
	}
	p.must("Input.dispatchKeyEvent", press, nil)
	press["type"] = "keyUp"
	delete(press, "text")
	p.must("Input.dispatchKeyEvent", press, nil)
}
