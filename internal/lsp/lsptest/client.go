// Package lsptest is an editor without a screen, for tests of language servers.
package lsptest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/memlint/memlint/internal/lsp/protocol"
)

// deadline is how long a server may take for anything: gopls may have to build
// the standard library first.
const deadline = time.Minute

// A Client is an editor. Its methods end the test if the server fails.
type Client struct {
	t    testing.TB
	dir  string
	conn *jsonrpc2.Conn

	cmd    *exec.Cmd     // nil if the server is no process
	logged chan struct{} // closed when it writes nothing more to standard error

	mu        sync.Mutex
	changed   chan struct{}                    // closed when one of the following has changed
	published map[string][]protocol.Diagnostic // by file
	versions  map[string]*int                  // of what was published
	messages  []string                         // to people and to the log
	refreshes int                              // how often the server asked to fetch diagnostics again
	requested []string                         // methods of requests of the server

	documents map[string]*document
}

type document struct {
	version int
	text    string
}

// Start starts a server for the files in dir. What it writes to standard error
// goes to the log of the test.
func Start(t testing.TB, dir string, env []string, command ...string) *Client {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), env...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	logged := make(chan struct{})
	go func() {
		defer close(logged)
		for lines := bufio.NewScanner(stderr); lines.Scan(); {
			t.Logf("%s: %s", filepath.Base(command[0]), lines.Text())
		}
	}()
	c := Dial(t, dir, pipes{stdout, stdin})
	c.cmd, c.logged = cmd, logged
	t.Cleanup(func() {
		cmd.Process.Kill() // it should have ended
		<-logged
		cmd.Wait()
	})
	return c
}

type pipes struct {
	io.ReadCloser
	in io.WriteCloser
}

func (p pipes) Write(b []byte) (int, error) { return p.in.Write(b) }

func (p pipes) Close() error {
	p.in.Close()
	return p.ReadCloser.Close()
}

// Dial returns the client of a server that is connected to conn.
func Dial(t testing.TB, dir string, conn io.ReadWriteCloser) *Client {
	c := &Client{
		t:         t,
		dir:       dir,
		changed:   make(chan struct{}),
		published: make(map[string][]protocol.Diagnostic),
		versions:  make(map[string]*int),
		documents: make(map[string]*document),
	}
	stream := jsonrpc2.NewBufferedStream(conn, protocol.Codec{})
	c.conn = jsonrpc2.NewConn(t.Context(), stream, handler{c})
	return c
}

type handler struct{ c *Client }

// Handle notes what the server says.
func (h handler) Handle(ctx context.Context, conn *jsonrpc2.Conn, req *jsonrpc2.Request) {
	c := h.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if !req.Notif {
		c.requested = append(c.requested, req.Method)
	}
	var result any
	switch req.Method {
	case "textDocument/publishDiagnostics":
		var p protocol.PublishDiagnosticsParams
		if err := json.Unmarshal(*req.Params, &p); err != nil {
			c.t.Errorf("%s: %v", req.Method, err)
		}
		file, _ := p.URI.File()
		c.published[file], c.versions[file] = p.Diagnostics, p.Version
	case "window/showMessage", "window/logMessage":
		var p protocol.MessageParams
		if err := json.Unmarshal(*req.Params, &p); err != nil {
			c.t.Errorf("%s: %v", req.Method, err)
		}
		c.messages = append(c.messages, p.Message)
	case "workspace/configuration":
		var p struct{ Items []json.RawMessage }
		if err := json.Unmarshal(*req.Params, &p); err != nil {
			c.t.Errorf("%s: %v", req.Method, err)
		}
		result = make([]any, len(p.Items)) // null: nothing is configured
	case "workspace/diagnostic/refresh":
		c.refreshes++
	}
	close(c.changed)
	c.changed = make(chan struct{})
	if !req.Notif {
		conn.Reply(ctx, req.ID, result)
	}
}

// until waits until ok, which looks at what the server said, is true.
func (c *Client) until(ok func() bool, failure func() string) {
	c.t.Helper()
	limit := time.After(deadline)
	for {
		c.mu.Lock()
		done, changed := ok(), c.changed
		c.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-c.conn.DisconnectNotify():
			c.t.Fatalf("the server hung up; %s", failure())
		case <-limit:
			c.t.Fatal(failure())
		}
	}
}

// Call makes a request. The result is that of the server, decoded into result.
func (c *Client) Call(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(c.t.Context(), deadline)
	defer cancel()
	if err := c.conn.Call(ctx, method, params, result); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}

// Notify sends a notification.
func (c *Client) Notify(method string, params any) {
	c.t.Helper()
	if err := c.conn.Notify(c.t.Context(), method, params); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

// Initialize begins the session and returns the answer. Capabilities are those
// of an editor of today, unless more names others, by paths such as
// "general.positionEncodings".
func (c *Client) Initialize(more map[string]any) map[string]any {
	c.t.Helper()
	capabilities := map[string]any{}
	set := func(path string, value any) {
		at := capabilities
		keys := strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			next, ok := at[key].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[key] = next
			}
			at = next
		}
		at[keys[len(keys)-1]] = value
	}
	set("textDocument.publishDiagnostics.relatedInformation", true)
	set("textDocument.publishDiagnostics.versionSupport", true)
	set("textDocument.codeAction.codeActionLiteralSupport.codeActionKind.valueSet", []string{"quickfix", "refactor", "source"})
	set("workspace.workspaceEdit.documentChanges", true)
	set("workspace.configuration", true)
	params := map[string]any{}
	for path, value := range more {
		if path == "initializationOptions" {
			params[path] = value
			continue
		}
		set(path, value)
	}
	root := protocol.FileURI(c.dir)
	params["processId"] = os.Getpid()
	params["rootUri"] = root
	params["workspaceFolders"] = []map[string]any{{"uri": root, "name": "test"}}
	params["capabilities"] = capabilities
	var result struct{ Capabilities map[string]any }
	if err := c.Call("initialize", params, &result); err != nil {
		c.t.Fatal(err)
	}
	c.Notify("initialized", struct{}{})
	return result.Capabilities
}

// File returns the absolute name of a file, relative to the folder of the client.
func (c *Client) File(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(c.dir, filepath.FromSlash(file))
}

func (c *Client) uri(file string) protocol.URI { return protocol.FileURI(c.File(file)) }

// Read returns the text of a file as it is on disk.
func (c *Client) Read(file string) string {
	c.t.Helper()
	text, err := os.ReadFile(c.File(file))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(text)
}

// Open opens a file with the text that it has on disk.
func (c *Client) Open(file string) {
	c.t.Helper()
	c.OpenText(file, c.Read(file))
}

// OpenText opens a file with another text.
func (c *Client) OpenText(file, text string) {
	c.t.Helper()
	c.documents[file] = &document{1, text}
	c.Notify("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
		"uri": c.uri(file), "languageId": "go", "version": 1, "text": text,
	}})
}

// Text returns the text of an open file.
func (c *Client) Text(file string) string { return c.documents[file].text }

// Replace replaces the one place where an open file has the words old, as
// somebody who types does: only what changes is sent.
func (c *Client) Replace(file, old, new string) {
	c.t.Helper()
	d := c.documents[file]
	if n := strings.Count(d.text, old); n != 1 {
		c.t.Fatalf("%s has %q %d times", file, old, n)
	}
	at := strings.Index(d.text, old)
	positions := protocol.NewText([]byte(d.text), protocol.UTF16)
	c.edit(file, []protocol.TextEdit{{
		Range:   protocol.Range{Start: positions.Position(at), End: positions.Position(at + len(old))},
		NewText: new,
	}})
}

// edit changes an open file. Edits are in order and do not overlap.
func (c *Client) edit(file string, edits []protocol.TextEdit) {
	c.t.Helper()
	d := c.documents[file]
	d.version++
	var changes []protocol.ContentChange
	for _, e := range slices.Backward(edits) { // each is to the text after the one before it
		change := protocol.ContentChange{Range: &e.Range, Text: e.NewText}
		text, err := protocol.NewText([]byte(d.text), protocol.UTF16).Apply(change)
		if err != nil {
			c.t.Fatal(err)
		}
		d.text = string(text)
		changes = append(changes, change)
	}
	c.Notify("textDocument/didChange", protocol.DidChangeParams{
		TextDocument:   protocol.DocumentID{URI: c.uri(file), Version: &d.version},
		ContentChanges: changes,
	})
}

// Save writes an open file to disk and says so.
func (c *Client) Save(file string) {
	c.t.Helper()
	if err := os.WriteFile(c.File(file), []byte(c.Text(file)), 0o666); err != nil {
		c.t.Fatal(err)
	}
	c.Notify("textDocument/didSave", c.params(file))
}

// Close closes a file.
func (c *Client) Close(file string) {
	c.t.Helper()
	delete(c.documents, file)
	c.Notify("textDocument/didClose", c.params(file))
}

func (c *Client) params(file string) protocol.DocumentParams {
	return protocol.DocumentParams{TextDocument: protocol.DocumentID{URI: c.uri(file)}}
}

// Brief returns diagnostics as "source code line:column", in order, with lines
// and columns from 1.
func Brief(diagnostics []protocol.Diagnostic) []string {
	list := []string{}
	for _, d := range diagnostics {
		list = append(list, fmt.Sprintf("%s %s %d:%d", d.Source, d.Code, d.Range.Start.Line+1, d.Range.Start.Character+1))
	}
	slices.Sort(list)
	return list
}

// Wait waits until the diagnostics that the server published for a file are
// want, as Brief has them, and returns them.
func (c *Client) Wait(file string, want ...string) []protocol.Diagnostic {
	c.t.Helper()
	var got []protocol.Diagnostic
	slices.Sort(want)
	c.until(func() bool {
		got = c.published[c.File(file)]
		return slices.Equal(Brief(got), want)
	}, func() string { return fmt.Sprintf("%s: published %q, want %q", file, Brief(got), want) })
	return got
}

// Published returns the diagnostics that were published for a file last, and
// the version of the file that they are for.
func (c *Client) Published(file string) ([]protocol.Diagnostic, *int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.published[c.File(file)], c.versions[c.File(file)]
}

// WaitMessage waits for a message to people, or to the log, with the given
// words, and returns it.
func (c *Client) WaitMessage(words string) string {
	c.t.Helper()
	var found string
	c.until(func() bool {
		i := slices.IndexFunc(c.messages, func(m string) bool { return strings.Contains(m, words) })
		if i >= 0 {
			found = c.messages[i]
		}
		return i >= 0
	}, func() string { return fmt.Sprintf("no message with %q; there are %q", words, c.messages) })
	return found
}

// WaitRefresh waits until the server has asked n times to fetch diagnostics again.
func (c *Client) WaitRefresh(n int) {
	c.t.Helper()
	c.until(func() bool { return c.refreshes >= n }, func() string { return fmt.Sprintf("asked %d times to refresh, want %d", c.refreshes, n) })
}

// Messages returns all messages so far.
func (c *Client) Messages() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.messages)
}

// Requested returns the methods of requests of the server so far.
func (c *Client) Requested() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.requested)
}

// Pull asks for the diagnostics of a file.
func (c *Client) Pull(file string) []protocol.Diagnostic {
	c.t.Helper()
	var report protocol.DiagnosticReport
	if err := c.Call("textDocument/diagnostic", c.params(file), &report); err != nil {
		c.t.Fatal(err)
	}
	if report.Kind == "unchanged" { // gopls leaves "full" out
		c.t.Fatalf("%s: report is %q", file, report.Kind)
	}
	return report.Items
}

// Actions returns the quick fixes for a diagnostic.
func (c *Client) Actions(file string, d protocol.Diagnostic) []protocol.CodeAction {
	c.t.Helper()
	var actions []protocol.CodeAction
	err := c.Call("textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": c.uri(file)},
		"range":        d.Range,
		"context":      map[string]any{"diagnostics": []any{d}, "only": []string{"quickfix"}},
	}, &actions)
	if err != nil {
		c.t.Fatal(err)
	}
	return actions
}

// Apply applies a code action to open files, and checks that it is for the
// version that they have.
func (c *Client) Apply(a protocol.CodeAction) {
	c.t.Helper()
	if len(a.Edit.DocumentChanges) == 0 {
		c.t.Fatalf("%s: no changes", a.Title)
	}
	for _, change := range a.Edit.DocumentChanges {
		name, _ := change.TextDocument.URI.File()
		file, err := filepath.Rel(c.dir, name)
		if err != nil {
			c.t.Fatal(err)
		}
		d := c.documents[filepath.ToSlash(file)]
		if d == nil {
			c.t.Fatalf("%s: changes %s, which is not open", a.Title, file)
		}
		if v := change.TextDocument.Version; v == nil || *v != d.version {
			c.t.Fatalf("%s: changes another version of %s", a.Title, file)
		}
		c.edit(filepath.ToSlash(file), change.Edits)
	}
}

// Shutdown says goodbye.
func (c *Client) Shutdown() {
	c.t.Helper()
	if err := c.Call("shutdown", nil, nil); err != nil {
		c.t.Fatal(err)
	}
	c.Notify("exit", nil)
}

// HangUp closes the connection without a word.
func (c *Client) HangUp() { c.conn.Close() }

// ExitCode waits for the server, which is a process, and returns its exit code.
func (c *Client) ExitCode() int {
	c.t.Helper()
	select {
	case <-c.logged:
	case <-time.After(deadline):
		c.t.Fatal("the server does not end")
	}
	c.cmd.Wait() // the error is the exit code
	return c.cmd.ProcessState.ExitCode()
}
