package page

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// A browser is a headless Chromium that is asked over a pipe
// (https://chromedevtools.github.io/devtools-protocol/). The few commands that
// tests need are shorter than what a library for all of them would bring.
type browser struct {
	in  *os.File
	out *bufio.Reader
}

// A tab of a browser is one test's. Only one is used at a time.
type tab struct {
	*browser
	t       *testing.T
	id      int // of the last command
	session string
	events  []message // since the page was opened
}

type command struct {
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  any    `json:"params,omitempty"`
	Session string `json:"sessionId,omitempty"` // of the tab that is meant
}

// A message is the result of the command with its ID, or an event.
type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// startBrowser returns a browser that ends with the test. It skips the test if
// there is none.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no chromium, chromium-browser or google-chrome in PATH")
	}
	in, toBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromBrowser, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// Chromium starts for root only without its sandbox.
	cmd := exec.CommandContext(t.Context(), path, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
		"--disable-dev-shm-usage", "--remote-debugging-pipe", "--user-data-dir="+dir)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.ExtraFiles = []*os.File{in, out}
	// With a pipe, Wait waits for all processes that have it, which write into the folder until they end.
	cmd.Stderr = new(bytes.Buffer)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	t.Cleanup(func() {
		cmd.Wait() // the context has ended it
		toBrowser.Close()
		fromBrowser.Close()
	})
	// A browser that hangs fails the test.
	if err := fromBrowser.SetReadDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	return &browser{toBrowser, bufio.NewReader(fromBrowser)}
}

func (b *browser) tab(t *testing.T) *tab {
	t.Helper()
	x := &tab{browser: b, t: t}
	var target struct{ TargetID string }
	x.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	x.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	x.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		x.call(domain+".enable", nil, nil)
	}
	return x
}

// call gives a command and returns when it is done, with its result in result.
func (b *tab) call(method string, params, result any) {
	b.t.Helper()
	b.id++
	data, err := json.Marshal(command{b.id, method, params, b.session})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(data, 0)); err != nil {
		b.t.Fatal(err)
	}
	for {
		m := b.read()
		if m.ID != b.id {
			b.events = append(b.events, m)
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatalf("%s: %v", method, err)
			}
		}
		return
	}
}

func (b *tab) read() message {
	b.t.Helper()
	data, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser: %v", err)
	}
	var m message
	if err := json.Unmarshal(data[:len(data)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	return m
}

// open loads a page and returns when it has run.
func (b *tab) open(url string) {
	b.t.Helper()
	b.events = nil
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	loaded := func(m message) bool { return m.Method == "Page.loadEventFired" }
	for !slices.ContainsFunc(b.events, loaded) {
		b.events = append(b.events, b.read())
	}
}

// width sets how wide the tab is, in CSS pixels. Scrollbars take nothing of it.
func (b *tab) width(pixels int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": pixels, "height": 800, "deviceScaleFactor": 1, "mobile": true,
	}, nil)
}

// prefer sets the color scheme that the user likes.
func (b *tab) prefer(scheme string) {
	b.t.Helper()
	b.call("Emulation.setEmulatedMedia", map[string]any{
		"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// eval returns the value of an expression of JavaScript.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	var out struct {
		Result    struct{ Value T }
		Exception *struct {
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &out)
	if out.Exception != nil {
		b.t.Fatalf("%s: %s", expression, out.Exception.Exception.Description)
	}
	return out.Result.Value
}

// complaints returns what the browser logged, and what it loaded, since the
// page was opened.
func (b *tab) complaints() (logged, loaded []string) {
	eval[bool](b, "true") // what happened before is in events now
	for _, m := range b.events {
		switch m.Method {
		case "Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded":
			logged = append(logged, fmt.Sprintf("%s: %s", m.Method, m.Params))
		case "Network.requestWillBeSent":
			var request struct{ Request struct{ URL string } }
			if err := json.Unmarshal(m.Params, &request); err != nil {
				b.t.Fatal(err)
			}
			loaded = append(loaded, request.Request.URL)
		}
	}
	return logged, loaded
}
