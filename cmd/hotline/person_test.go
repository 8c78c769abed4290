package main

import (
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// witness.js is put into every page before its own scripts: it keeps what a test must see and a page does not show.
//
//go:embed testdata/witness.js
var witness string

// person is somebody at a browser: one tab, its own cookies and storage.
type person struct {
	t       *testing.T
	browser *chromium
	session string

	mu       sync.Mutex
	troubles []string // what the console complained of
}

// person opens a tab for somebody new, with the microphone allowed for the page at base. Whatever its console
// complains of fails the test.
func (c *chromium) person(base string) *person {
	c.t.Helper()
	var made struct{ BrowserContextID, TargetID, SessionID string }
	p := &person{t: c.t, browser: c}
	p.must("Target.createBrowserContext", map[string]any{}, &made)
	p.must("Browser.grantPermissions", map[string]any{"origin": base, "browserContextId": made.BrowserContextID, "permissions": []string{"audioCapture"}}, nil)
	p.must("Target.createTarget", map[string]any{"url": "about:blank", "browserContextId": made.BrowserContextID, "width": 1440, "height": 900}, &made)
	p.must("Target.attachToTarget", map[string]any{"targetId": made.TargetID, "flatten": true}, &made)
	p.session = made.SessionID
	c.mu.Lock()
	c.people[p.session] = p
	c.mu.Unlock()
	for _, domain := range []string{"Page", "Runtime", "Log", "DOM", "Accessibility"} {
		p.must(domain+".enable", nil, nil)
	}
	p.must("Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}, nil)
	p.must("Emulation.setDeviceMetricsOverride", map[string]any{"width": 1440, "height": 900, "deviceScaleFactor": 1, "mobile": false}, nil)
	p.must("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": witness}, nil)
	c.t.Cleanup(func() {
		for _, trouble := range p.complaints() {
			c.t.Errorf("the page's console: %s", trouble)
		}
	})
	return p
}

func (p *person) must(method string, params, result any) {
	p.t.Helper()
	if err := p.browser.do(p.session, method, params, result); err != nil {
		p.t.Fatal(err)
	}
}

// told keeps what the console complains of.
func (p *person) told(method string, params json.RawMessage) {
	var v struct {
		Type  string
		Args  []struct{ Value, Description any }
		Entry struct{ Level, Text, URL, Source string }

		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	_ = json.Unmarshal(params, &v)
	trouble := ""
	switch {
	case method == "Runtime.exceptionThrown":
		trouble = v.ExceptionDetails.Text + " " + v.ExceptionDetails.Exception.Description
	case method == "Runtime.consoleAPICalled" && (v.Type == "error" || v.Type == "assert"):
		trouble = string(params)
	case method == "Log.entryAdded" && v.Entry.Level == "error" && !expected(v.Entry.Text, v.Entry.URL):
		trouble = v.Entry.Text + " " + v.Entry.URL
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubles = append(p.troubles, trouble)
}

// expected: who is not logged in asks once whether he is.
func expected(text, url string) bool {
	return strings.Contains(text, "401") && strings.HasSuffix(url, "/api/v1/session")
}

func (p *person) complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.troubles
}

func (p *person) open(url string) {
	p.t.Helper()
	p.must("Page.navigate", map[string]any{"url": url}, nil)
	p.until("the page is loaded", `document.readyState === "complete" && location.href.startsWith(`+quoted(url)+`)`)
}

func (p *person) reload() { p.t.Helper(); p.must("Page.reload", nil, nil) }

// eval gives the value of an expression in the page, or of its promise.
func (p *person) eval(js string, result any) {
	p.t.Helper()
	if err := p.try(js, result); err != nil {
		p.t.Fatalf("%v in %s", err, js)
	}
}

type thrown string

func (e thrown) Error() string { return string(e) }

func (p *person) try(js string, result any) error {
	var v struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	if err := p.browser.do(p.session, "Runtime.evaluate", map[string]any{"expression": js, "awaitPromise": true, "returnByValue": true}, &v); err != nil {
		return err
	}
	if e := v.ExceptionDetails; e != nil {
		return thrown(e.Text + " " + e.Exception.Description)
	}
	if result == nil || v.Result.Value == nil {
		return nil
	}
	return json.Unmarshal(v.Result.Value, result)
}

// until waits until an expression is true in the page, whatever page that is by then.
func (p *person) until(what, js string) {
	p.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		var ok bool
		err := p.try("!!("+js+")", &ok)
		if err == nil && ok {
			return
		}
		if time.Now().After(end) {
			var seen string
			_ = p.try("document.body.innerText", &seen)
			p.t.Fatalf("not in %v: %s (%s) %v; the page shows:\n%s\nconsole: %q", patience, what, js, err, seen, p.complaints())
		}
	}
}

// sees waits for a text.
func (p *person) sees(text string) {
	p.t.Helper()
	p.until("the page says "+text, "document.body.innerText.includes("+quoted(text)+")")
}

// shot is what the whole page looks like, as a PNG file.
func (p *person) shot(path string) {
	p.t.Helper()
	var v struct{ Data string }
	p.must("Page.captureScreenshot", map[string]any{"format": "png", "captureBeyondViewport": true}, &v)
	png, err := base64.StdEncoding.DecodeString(v.Data)
	if err == nil {
		err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, png, 0o644))
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// in gives the page the light or the dark look, as the person's computer would.
func (p *person) in(scheme string) {
	p.t.Helper()
	p.must("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	p.until("the page is "+scheme, `document.documentElement.dataset.mantineColorScheme === `+quoted(scheme))
}

func quoted(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}
