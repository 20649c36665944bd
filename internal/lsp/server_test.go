package lsp_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"go/token"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/lsp"
	"github.com/memlint/memlint/internal/lsp/lsptest"
	"github.com/memlint/memlint/internal/lsp/protocol"
)

// A words is a checker that finds the word "leak" in files: a finding for each,
// with a fix that makes it "mend" and a note about the file's first line. Text
// with "slow" takes as long as nobody cancels the check.
type words struct {
	mu        sync.Mutex
	err       error
	bug       bool
	latent    []report.Finding // found besides, in files of any folder
	slow      chan struct{}    // is told that such a check runs
	cancelled []error          // causes
	checks    int
	forgotten []string
}

func (w *words) Check(ctx context.Context, dir string, buffers map[string][]byte) (*driver.Result, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.checks++
	if w.err != nil {
		return nil, w.err
	}
	result := &driver.Result{Dir: dir}
	if w.bug {
		result.Problems = []driver.Problem{{Text: "m.go:1:1: x: type error"}, {Text: "m.go:1:1: internal error: analyzer a on package m: panic"}}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	files := make(map[string]bool)
	for _, entry := range entries {
		files[filepath.Join(dir, entry.Name())] = true
	}
	for file := range buffers {
		if filepath.Dir(file) == dir {
			files[file] = true
		}
	}
	for file := range files {
		text, ok := buffers[file]
		if !ok {
			text, _ = os.ReadFile(file)
		}
		if strings.Contains(string(text), "slow") {
			if w.slow != nil {
				close(w.slow)
			}
			<-ctx.Done()
			w.cancelled = append(w.cancelled, context.Cause(ctx))
			return nil, ctx.Err()
		}
		line := 0
		for s := range strings.Lines(string(text)) {
			line++
			at := strings.Index(s, "leak")
			if at < 0 {
				continue
			}
			offset := strings.Index(string(text), s) + at
			pos := func(line, column int) token.Position {
				return token.Position{Filename: file, Line: line, Column: column}
			}
			result.Findings = append(result.Findings, report.Finding{
				Analyzer: "words", Category: "leak", Message: "a leak (words/leak)", URL: "https://example.com/words#leak",
				Pos: pos(line, at+1), End: pos(line, at+5),
				Related: []report.Related{{Pos: pos(1, 1), End: pos(1, 1), Message: "in this file"}},
				Fixes: []report.Fix{{Title: "Mend it", Edits: []report.Edit{{
					File: file, Start: offset, End: offset + 4, New: "mend", Sum: sha256.Sum256(text),
				}}}},
			})
		}
	}
	result.Findings = report.Sort(result.Findings)
	for _, f := range w.latent {
		f.Pos.Filename, f.End.Filename = filepath.Join(dir, f.Pos.Filename), filepath.Join(dir, f.End.Filename)
		result.Latent = append(result.Latent, f)
	}
	return result, nil
}

func (w *words) Forget(dir string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forgotten = append(w.forgotten, filepath.Base(dir))
}

// set changes what the checker does.
func (w *words) set(change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
}

// serve starts a server with files of a folder.
func serve(t *testing.T, w *words, files map[string]string) *lsptest.Client {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	ours, theirs := net.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		lsp.Serve(t.Context(), theirs, w, "v1")
	}()
	t.Cleanup(func() {
		ours.Close()
		<-ended
	})
	return lsptest.Dial(t, dir, ours)
}

// TestOutdated checks that a check is cancelled by what changes its folder, and
// by nothing else, and that what it says is not told.
func TestOutdated(t *testing.T) {
	w := &words{slow: make(chan struct{})}
	c := serve(t, w, map[string]string{"a.go": "leak\n"})
	c.Initialize(nil)
	c.OpenText("a.go", "slow leak\n")
	<-w.slow
	c.Replace("a.go", "slow leak", "one\nleak")
	c.Wait("a.go", "memlint words/leak 2:1")
	if _, version := c.Published("a.go"); version == nil || *version != 2 {
		t.Errorf("published for version %v", version)
	}
	w.set(func() {
		if len(w.cancelled) != 1 || !errors.Is(w.cancelled[0], driver.ErrOutdated) {
			t.Errorf("cancelled because of %v, want once because it is outdated", w.cancelled)
		}
	})
	c.Close("a.go")
	c.Wait("a.go")
	c.Shutdown()
}

// TestPauses checks that somebody who types is not disturbed with each letter.
func TestPauses(t *testing.T) {
	w := new(words)
	c := serve(t, w, nil)
	c.Initialize(nil)
	c.OpenText("a.go", "x")
	c.Pull("a.go")
	w.set(func() { w.checks = 0 })
	for range 100 {
		text := c.Text("a.go")
		c.Replace("a.go", text, text+"x")
	}
	c.Pull("a.go")
	w.set(func() {
		if w.checks > 5 {
			t.Errorf("%d checks for 100 letters", w.checks)
		}
	})
}

// TestPull asks for diagnostics, which are those of the text at that time.
func TestPull(t *testing.T) {
	w := new(words)
	c := serve(t, w, map[string]string{"b.go": "leak\n"})
	c.Initialize(nil)
	c.OpenText("a.go", "no\n")
	for _, text := range []string{"leak", "no", "\n\nleak"} {
		c.Replace("a.go", c.Text("a.go"), text)
		var want []string
		if n := strings.Count(text, "\n"); strings.Contains(text, "leak") {
			want = []string{"memlint words/leak " + string(rune('1'+n)) + ":1"}
		}
		if got := lsptest.Brief(c.Pull("a.go")); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := lsptest.Brief(c.Pull("b.go")); len(got) != 1 {
		t.Errorf("a file that is not open: %q", got)
	}
	if got := c.Pull("elsewhere/c.go"); len(got) != 0 {
		t.Errorf("a file of a folder where none is open: %v", got)
	}
	c.Shutdown()
}

// TestCancelPull cancels a request that waits for a check.
func TestCancelPull(t *testing.T) {
	ours, theirs := net.Pipe()
	go lsp.Serve(t.Context(), theirs, new(words), "")
	conn := jsonrpc2.NewConn(t.Context(), jsonrpc2.NewBufferedStream(ours, protocol.Codec{}), silent{})
	defer conn.Close()
	if err := conn.Call(t.Context(), "initialize", struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	uri := protocol.FileURI(filepath.Join(t.TempDir(), "a.go"))
	document := map[string]any{"uri": uri, "text": "slow", "version": 1}
	if err := conn.Notify(t.Context(), "textDocument/didOpen", map[string]any{"textDocument": document}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []jsonrpc2.ID{{Num: 7}, {Str: "seven", IsString: true}} {
		call, err := conn.DispatchCall(t.Context(), "textDocument/diagnostic", map[string]any{"textDocument": document}, jsonrpc2.PickID(id))
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Notify(t.Context(), "$/cancelRequest", map[string]any{"id": id}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		var failure *jsonrpc2.Error
		if err := call.Wait(ctx, nil); !errors.As(err, &failure) || failure.Code != protocol.RequestCancelled {
			t.Errorf("%v: error %v", id, err)
		}
		cancel()
	}
}

// silent is a client that has nothing to say.
type silent struct{}

func (silent) Handle(context.Context, *jsonrpc2.Conn, *jsonrpc2.Request) {}

// TestActions checks which code actions there are, where and for whom.
func TestActions(t *testing.T) {
	w := new(words)
	c := serve(t, w, nil)
	c.Initialize(nil)
	c.OpenText("a.go", "😀 leak\nno\nleak\n")
	d := c.Wait("a.go", "memlint words/leak 1:4", "memlint words/leak 3:1")[0]
	ask := func(line, character int, only ...string) int {
		t.Helper()
		at := protocol.Position{Line: line, Character: character}
		var actions []protocol.CodeAction
		if err := c.Call("textDocument/codeAction", map[string]any{
			"textDocument": map[string]any{"uri": protocol.FileURI(c.File("a.go"))},
			"range":        protocol.Range{Start: at, End: at},
			"context":      map[string]any{"only": only},
		}, &actions); err != nil {
			t.Fatal(err)
		}
		return len(actions)
	}
	for _, test := range []struct {
		line, character int
		only            []string
		want            int
	}{
		{0, 2, nil, 0},
		{0, 3, nil, 1},
		{0, 7, nil, 1},
		{0, 8, nil, 0},
		{1, 0, nil, 0},
		{2, 1, nil, 1},
		{2, 1, []string{"quickfix"}, 1},
		{2, 1, []string{""}, 1},
		{2, 1, []string{"source", "quickfix"}, 1},
		{2, 1, []string{"quickfix.other"}, 0},
		{2, 1, []string{"refactor"}, 0},
	} {
		if got := ask(test.line, test.character, test.only...); got != test.want {
			t.Errorf("%d actions at %d:%d for %q, want %d", got, test.line, test.character, test.only, test.want)
		}
	}
	c.Replace("a.go", "no", "yes")
	if n := ask(0, 4); n != 0 {
		t.Errorf("%d actions for a text that is gone", n)
	}
	c.Pull("a.go")
	actions := c.Actions("a.go", d)
	if len(actions) != 1 {
		t.Fatalf("actions: %v", actions)
	}
	c.Apply(actions[0])
	if got := c.Text("a.go"); got != "😀 mend\nyes\nleak\n" {
		t.Errorf("mended, it is %q", got)
	}
	c.Shutdown()
}

// TestLatent checks what is told of a latent leak: less than of a finding, and what profiles
// measured.
func TestLatent(t *testing.T) {
	at := func(column int) token.Position { return token.Position{Filename: "a.go", Line: 2, Column: column} }
	w := &words{latent: []report.Finding{{
		Analyzer: "words", Category: "keep", Message: "a word stays (words/keep, latent)", Latent: true, Pos: at(1), End: at(5),
		Evidence: &report.Evidence{Goroutines: 3},
	}}}
	c := serve(t, w, nil)
	c.Initialize(nil)
	c.OpenText("a.go", "leak\nkeep\n")
	for _, d := range c.Wait("a.go", "memlint words/leak 1:1", "memlint words/keep 2:1") {
		severity, message := protocol.SeverityWarning, "a leak"
		if d.Code == "words/keep" {
			severity, message = protocol.SeverityInformation, "a word stays (latent)\nmeasured: 3 goroutines"
		}
		if d.Severity != severity || d.Message != message {
			t.Errorf("%s is of severity %d: %s; want severity %d: %s", d.Code, d.Severity, d.Message, severity, message)
		}
	}
	c.Shutdown()
}

// TestModest checks a client that can do little.
func TestModest(t *testing.T) {
	w := new(words)
	c := serve(t, w, nil)
	c.Initialize(map[string]any{
		"textDocument.publishDiagnostics.relatedInformation": false,
		"workspace.workspaceEdit.documentChanges":            false,
	})
	c.OpenText("a.go", "leak\n")
	d := c.Wait("a.go", "memlint words/leak 1:1")[0]
	if d.Message != "a leak\na.go:1:1: in this file" || d.RelatedInformation != nil {
		t.Errorf("diagnostic %+v", d)
	}
	actions := c.Actions("a.go", d)
	if len(actions) != 1 || len(actions[0].Edit.Changes) != 1 || actions[0].Edit.DocumentChanges != nil {
		t.Errorf("actions %+v", actions)
	}
	c.Shutdown()

	c = serve(t, w, nil)
	c.Initialize(map[string]any{"textDocument.codeAction": map[string]any{}})
	c.OpenText("a.go", "leak\n")
	if actions := c.Actions("a.go", c.Wait("a.go", "memlint words/leak 1:1")[0]); len(actions) > 0 {
		t.Errorf("actions for a client that knows commands only: %v", actions)
	}
	c.Shutdown()
}

// TestEncodings checks columns as clients want them counted.
func TestEncodings(t *testing.T) {
	for _, test := range []struct {
		offers []string
		want   string
		column string
	}{
		{nil, "utf-16", "4"},
		{[]string{"utf-16"}, "utf-16", "4"},
		{[]string{"utf-8", "utf-16"}, "utf-8", "6"},
		{[]string{"ebcdic", "utf-32", "utf-8"}, "utf-32", "3"},
		{[]string{"ebcdic"}, "utf-16", "4"},
	} {
		c := serve(t, new(words), nil)
		capabilities := c.Initialize(map[string]any{"general.positionEncodings": test.offers})
		if got := capabilities["positionEncoding"]; got != test.want {
			t.Errorf("%q: %v, want %s", test.offers, got, test.want)
		}
		c.OpenText("a.go", "😀 leak\n")
		c.Wait("a.go", "memlint words/leak 1:"+test.column)
		c.Shutdown()
	}
}

// TestTrouble checks what people are told when nothing can be checked, and that
// they are told once.
func TestTrouble(t *testing.T) {
	w := &words{err: driver.SettingsError{Err: errors.New(".memlint.yml:1:1: unknown key")}}
	c := serve(t, w, nil)
	c.Initialize(nil)
	c.OpenText("a.go", "leak\n")
	c.Pull("a.go")
	c.Replace("a.go", "leak", "a leak")
	c.Pull("a.go")
	w.set(func() { w.err = errors.New("no go command") })
	c.Notify("workspace/didChangeWatchedFiles", nil)
	c.WaitMessage("no go command")
	w.set(func() { w.err, w.bug = nil, true })
	c.Notify("workspace/didChangeWatchedFiles", nil)
	c.WaitMessage("panic")
	c.Wait("a.go", "memlint words/leak 1:3") // of the rest
	want := []string{
		"memlint: .memlint.yml:1:1: unknown key",
		"memlint: no go command",
		"memlint: m.go:1:1: internal error: analyzer a on package m: panic",
	}
	if got := c.Messages(); !slices.Equal(got, want) {
		t.Errorf("messages %q, want %q", got, want)
	}
	c.Shutdown()
}

// TestOrder checks requests that come when they should not, and those that make
// no sense. The server goes on.
func TestOrder(t *testing.T) {
	w := new(words)
	c := serve(t, w, nil)
	refused := func(method string, params any, code int64) {
		t.Helper()
		var failure *jsonrpc2.Error
		if err := c.Call(method, params, nil); !errors.As(err, &failure) || failure.Code != code {
			t.Errorf("%s: error %v, want code %d", method, err, code)
		}
	}
	refused("textDocument/codeAction", nil, protocol.ServerNotInitialized)
	refused("shutdown", nil, protocol.ServerNotInitialized)
	c.Notify("textDocument/didOpen", "too early")
	c.Initialize(nil)
	refused("initialize", nil, protocol.ServerNotInitialized)
	refused("textDocument/hover", nil, jsonrpc2.CodeMethodNotFound)
	refused("textDocument/codeAction", []int{1}, jsonrpc2.CodeInvalidParams)
	refused("textDocument/diagnostic", "x", jsonrpc2.CodeInvalidParams)
	c.Notify("textDocument/didOpen", 7)
	c.WaitMessage("memlint: textDocument/didOpen: json: cannot unmarshal number")
	c.Notify("$/setTrace", map[string]any{"value": "off"})
	c.Notify("textDocument/didChange", map[string]any{"textDocument": map[string]any{"uri": "file:///not/open.go"}})
	c.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": "file:///not/open.go"}})

	t.Log("a change that is for another text")
	c.OpenText("a.go", "leak\n")
	c.Wait("a.go", "memlint words/leak 1:1")
	line := map[string]any{"line": 9, "character": 0}
	c.Notify("textDocument/didChange", map[string]any{
		"textDocument":   map[string]any{"uri": protocol.FileURI(c.File("a.go")), "version": 2},
		"contentChanges": []any{map[string]any{"range": map[string]any{"start": line, "end": line}, "text": "x"}},
	})
	c.WaitMessage("position 9:0 is not in a text of 2 lines")
	c.Wait("a.go")
	c.OpenText("a.go", "leak\n")
	c.Wait("a.go", "memlint words/leak 1:1")

	if err := c.Call("shutdown", nil, nil); err != nil {
		t.Fatal(err)
	}
	refused("textDocument/codeAction", nil, jsonrpc2.CodeInvalidRequest)
	c.Notify("exit", nil)
}

// TestServeEnds checks what is said of the end of a session.
func TestServeEnds(t *testing.T) {
	message := func(body string) string {
		var b strings.Builder
		if err := (protocol.Codec{}).WriteObject(&b, json.RawMessage(body)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	initialize := message(`{"id":1,"method":"initialize","params":{}}`)
	for _, test := range []struct {
		in    string
		asked bool
		err   string
	}{
		{"", false, ""},
		{initialize, false, ""},
		{initialize + message(`{"id":2,"method":"shutdown"}`), true, ""},
		{initialize + message(`{"id":2,"method":"shutdown"}`) + message(`{"method":"exit"}`), true, ""},
		{initialize + message(`{"method":"exit"}`), false, ""},
		{initialize + "Content-Length: 9\r\n\r\n{", false, ""},
		{initialize + message(`{`), false, "unexpected end of JSON input"},
		{initialize + "\x00\r\n\r\n", false, `malformed MIME header: missing colon: "\x00"`},
	} {
		asked, err := lsp.Serve(t.Context(), discard{strings.NewReader(test.in)}, new(words), "")
		if asked != test.asked || (err == nil) != (test.err == "") || err != nil && err.Error() != test.err {
			t.Errorf("%q: asked to shut down %t, error %v", test.in, asked, err)
		}
	}
}

// discard is a client that does not listen.
type discard struct{ io.Reader }

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }
