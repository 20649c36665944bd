package proxy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/memlint/memlint/internal/lsp/protocol"
	"github.com/memlint/memlint/internal/lsp/proxy"
)

// The first server is this binary, run again.
const asServer = "MEMLINT_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) != "" {
		serveFirst()
	}
	os.Exit(m.Run())
}

type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

// serveFirst is a server that does what it is told: "say" says its parameters,
// which are a whole message, "exit" exits with them as the code, and requests
// are answered with their parameters, but for initialize, whose result is in the
// environment.
func serveFirst() {
	in := bufio.NewReader(os.Stdin)
	say := func(body json.RawMessage) {
		if err := (protocol.Codec{}).WriteObject(os.Stdout, body); err != nil {
			os.Exit(3)
		}
	}
	for {
		var body json.RawMessage
		if err := (protocol.Codec{}).ReadObject(in, &body); err != nil {
			os.Exit(0)
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			say(json.RawMessage(`{"method":"malformed"}`))
			continue
		}
		switch {
		case m.Method == "initialize":
			say(json.RawMessage(`{"jsonrpc":"2.0", "id":` + string(m.ID) + `, "result":` + os.Getenv(asServer) + `}`))
		case m.Method == "exit":
			var code int
			if json.Unmarshal(m.Params, &code) == nil && m.Params != nil {
				fmt.Fprintln(os.Stderr, "last words")
			}
			os.Exit(code)
		case m.Method == "say":
			say(m.Params)
		case m.Method == "garble":
			fmt.Println("garbled")
		case m.Method == "die":
			self, err := os.FindProcess(os.Getpid())
			if err != nil || self.Kill() != nil {
				os.Exit(4)
			}
		case m.Method == "hang":
			select {}
		case m.Method == "":
			say(json.RawMessage(`{"method":"answered","params":` + string(body) + `}`))
		case m.ID != nil && m.Params != nil:
			say(json.RawMessage(`{"id":` + string(m.ID) + `,"result":` + string(m.Params) + `}`))
		}
	}
}

// A second is a server that notes what it gets, and says what it is told.
type second struct {
	got  chan message
	conn io.ReadWriteCloser
}

func (s *second) serve(conn io.ReadWriteCloser) {
	s.conn = conn
	in := bufio.NewReader(conn)
	for {
		var m message
		if (protocol.Codec{}).ReadObject(in, &m) != nil {
			return
		}
		s.got <- m
	}
}

// expect returns the next message, which has to be of the method.
func (s *second) expect(t *testing.T, method string) message {
	t.Helper()
	select {
	case m := <-s.got:
		if m.Method != method {
			t.Fatalf("the second server got %s, want %s", m.Method, method)
		}
		return m
	case <-time.After(10 * time.Second):
		t.Fatalf("the second server does not get %s", method)
		panic("unreachable")
	}
}

func (s *second) say(t *testing.T, body string) {
	t.Helper()
	if err := (protocol.Codec{}).WriteObject(s.conn, json.RawMessage(body)); err != nil {
		t.Fatal(err)
	}
}

// An editor is a client of the proxy.
type editor struct {
	t      *testing.T
	in     io.WriteCloser
	out    *bufio.Reader
	second *second
	stderr bytes.Buffer
	ended  chan error // of the proxy
	code   int
}

// start starts the proxy with a first server that answers initialize so.
func start(t *testing.T, initialized string) *editor {
	t.Helper()
	t.Setenv(asServer, initialized)
	inReader, in := io.Pipe()
	out, outWriter := io.Pipe()
	e := &editor{
		t: t, in: in, out: bufio.NewReader(out),
		second: &second{got: make(chan message, 100)},
		ended:  make(chan error, 1),
	}
	go func() {
		var err error
		e.code, err = proxy.Run(t.Context(), struct {
			io.Reader
			io.Writer
		}{inReader, outWriter}, &e.stderr, []string{os.Args[0]}, e.second.serve)
		outWriter.Close()
		e.ended <- err
	}()
	t.Cleanup(func() { in.Close() })
	return e
}

// begin starts a session with capabilities of the client.
func begin(t *testing.T, capabilities string) *editor {
	t.Helper()
	e := start(t, `{"capabilities":{"codeActionProvider":true}}`)
	e.say(`{"id":0,"method":"initialize","params":{"capabilities":` + capabilities + `}}`)
	e.expect(`{"jsonrpc":"2.0", "id":0, "result":{"capabilities":{"codeActionProvider":true}}}`)
	e.second.expect(t, "initialize")
	return e
}

func (e *editor) say(body string) {
	e.t.Helper()
	if err := (protocol.Codec{}).WriteObject(e.in, json.RawMessage(body)); err != nil {
		e.t.Fatal(err)
	}
}

// sayBy has the first server say a message.
func (e *editor) sayBy(body string) {
	e.t.Helper()
	e.say(`{"method":"say","params":` + body + `}`)
}

// expect checks that the next message is as wanted, byte for byte.
func (e *editor) expect(want string) {
	e.t.Helper()
	got := e.next()
	if got != want {
		e.t.Fatalf("the editor got\n%.300s\nwant\n%.300s", got, want)
	}
}

func (e *editor) next() string {
	e.t.Helper()
	type answer struct {
		body json.RawMessage
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		var a answer
		a.err = protocol.Codec{}.ReadObject(e.out, &a.body)
		read <- a
	}()
	select {
	case a := <-read:
		if a.err != nil {
			e.t.Fatal(a.err)
		}
		return string(a.body)
	case <-time.After(10 * time.Second):
		e.t.Fatal("the editor gets nothing")
		panic("unreachable")
	}
}

// end waits for the proxy and checks how it ended.
func (e *editor) end(code int, failure, stderr string) {
	e.t.Helper()
	go io.Copy(io.Discard, e.out)
	select {
	case err := <-e.ended:
		if fmt.Sprint(err) != failure || e.code != code || e.stderr.String() != stderr {
			e.t.Errorf("ended with code %d, error %v, and wrote %q; want %d, %s, %q", e.code, err, e.stderr.String(), code, failure, stderr)
		}
	case <-time.After(10 * time.Second):
		e.t.Fatal("the proxy does not end")
	}
}

// TestThrough checks what passes as it is, in both directions, in its order.
func TestThrough(t *testing.T) {
	e := begin(t, "{}")
	for _, id := range []string{`1`, `"a"`, `-7`, `1e2`, `"memlint"`} {
		e.say(`{ "id":` + id + `,"method":"x/y", "params":{"b":"<&>","a":1.50} }`)
		e.expect(`{"id":` + id + `,"result":{"b":"<&>","a":1.50}}`)
	}
	big := `{"x":"` + strings.Repeat("x", 8<<20) + `"}`
	e.say(`{"id":2,"method":"textDocument/x","params":` + big + `}`)
	e.expect(`{"id":2,"result":` + big + `}`)

	t.Log("requests of the server and their answers")
	e.sayBy(`{"id": 1, "method":"workspace/configuration","params":{"items":[{}]}}`)
	e.expect(`{"id": 1, "method":"workspace/configuration","params":{"items":[{}]}}`)
	e.say(`{"id": 1,"result":[null] }`)
	e.expect(`{"method":"answered","params":{"id": 1,"result":[null] }}`)

	t.Log("many at a time")
	for i := range 500 {
		e.sayBy(fmt.Sprintf(`{"method":"$/progress","params":%d}`, i))
	}
	for i := range 500 {
		e.expect(fmt.Sprintf(`{"method":"$/progress","params":%d}`, i))
	}

	t.Log("what is no message of the protocol")
	e.say(`{x}`)
	e.expect(`{"method":"malformed"}`)
	e.say(`{"method":"exit"}`)
	e.end(0, "<nil>", "")
}

// TestInitialize checks what both servers are told, and what the client is.
func TestInitialize(t *testing.T) {
	const params = `{"processId":1,"capabilities":{"x":[1],"general":{"positionEncodings":["utf-8"],"y":2},"workspace":{"didChangeWatchedFiles":{"dynamicRegistration":true}}}}`
	for _, test := range []struct{ result, want, encoding string }{
		{`{"capabilities":{"codeActionProvider":true },"z":1}`, "", "utf-16"},
		{`{"capabilities":{"codeActionProvider":{"resolveProvider":true}}}`, "", "utf-16"},
		{`{"capabilities":{"codeActionProvider":{"codeActionKinds":["source","quickfix"]}, "positionEncoding":"utf-8"}}`, "", "utf-8"},
		{`{"capabilities":{"codeActionProvider":{"codeActionKinds":["source"]}}}`, `{"capabilities":{"codeActionProvider":{"codeActionKinds":["source","quickfix"]}}}`, "utf-16"},
		{`{"capabilities":{"codeActionProvider":false,"a":1}}`, `{"capabilities":{"a":1,"codeActionProvider":true}}`, "utf-16"},
		{`{"capabilities":{}}`, `{"capabilities":{"codeActionProvider":true}}`, "utf-16"},
	} {
		e := start(t, test.result)
		e.say(`{"id":"i","method":"initialize","params":` + params + `}`)
		if test.want == "" {
			e.expect(`{"jsonrpc":"2.0", "id":"i", "result":` + test.result + `}`)
		} else {
			e.expect(`{"id":"i","jsonrpc":"2.0","result":` + test.want + `}`)
		}
		got := string(e.second.expect(t, "initialize").Params)
		want := `{"capabilities":{"general":{"positionEncodings":["` + test.encoding + `"],"y":2},"workspace":{"didChangeWatchedFiles":{"dynamicRegistration":false}},"x":[1]},"processId":1}`
		if got != want {
			t.Errorf("%s: the second server is told\n%s\nwant\n%s", test.result, got, want)
		}
		e.say(`{"method":"exit"}`)
		e.end(0, "<nil>", "")
	}
}

// TestNotifications checks what the second server gets.
func TestNotifications(t *testing.T) {
	e := begin(t, "{}")
	for _, method := range []string{
		"initialized", "textDocument/didOpen", "textDocument/didChange", "textDocument/didSave", "textDocument/didClose",
		"workspace/didChangeWatchedFiles", "$/cancelRequest",
	} {
		e.say(`{"method":"textDocument/willSave","params":{}}`) // it does not get this
		e.say(`{"method":"` + method + `","params":{"x":1}}`)
		if m := e.second.expect(t, method); string(m.Params) != `{"x":1}` {
			t.Errorf("%s: %s", method, m.Params)
		}
	}
	e.second.say(t, `{"method":"window/showMessage","params":{"message":"no"}}`)
	e.expect(`{"method":"window/showMessage","params":{"message":"no"}}`)
	e.say(`{"id":9,"method":"shutdown","params":null}`)
	e.expect(`{"id":9,"result":null}`)
	e.second.expect(t, "shutdown")
	e.second.say(t, `{"id":9,"result":null}`) // for nobody
	e.say(`{"method":"exit"}`)
	e.second.expect(t, "exit")
	e.end(0, "<nil>", "")
}

// TestPublish puts diagnostics of both servers together.
func TestPublish(t *testing.T) {
	e := begin(t, "{}")
	published := func(uri, list string) string {
		return `{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":` + list + `,"uri":"` + uri + `","version":1}}`
	}
	say := func(uri, list string) string {
		return `{"method":"textDocument/publishDiagnostics","params":{"uri":"` + uri + `","version":1, "diagnostics":` + list + `}}`
	}
	e.sayBy(say("file:///a.go", `[{"f":1}]`))
	e.expect(say("file:///a.go", `[{"f":1}]`)) // alone, it is as it was
	e.second.say(t, say("file:///a.go", `[{"s":1}]`))
	e.expect(published("file:///a.go", `[{"f":1},{"s":1}]`))
	e.sayBy(say("file:///a.go", `[{"f":2},{"f":3}]`))
	e.expect(published("file:///a.go", `[{"f":2},{"f":3},{"s":1}]`))
	e.second.say(t, say("file:///%61.go", `[{"s":2}]`)) // the same file
	e.expect(published("file:///%61.go", `[{"f":2},{"f":3},{"s":2}]`))
	e.sayBy(say("file:///b.go", `[]`))
	e.expect(say("file:///b.go", `[]`))
	e.sayBy(say("file:///a.go", `[]`))
	e.expect(published("file:///a.go", `[{"s":2}]`))
	e.second.say(t, say("file:///a.go", `[]`))
	e.expect(published("file:///a.go", `[]`))
}

// TestCodeActions puts code actions of both servers together.
func TestCodeActions(t *testing.T) {
	proxy.SetPatience(t, time.Minute)
	for _, test := range []struct{ first, second, want string }{
		{`"result":[{"f":1}]`, `"result":[{"s":1}]`, `{"id":5,"result":[{"f":1},{"s":1}]}`},
		{`"result":null`, `"result":[{"s":1}]`, `{"id":5,"result":[{"s":1}]}`},
		{`"result": [ ]`, `"result":[]`, `{"id":5,"result": [ ]}`},
		{`"result":[{"f":1}]`, `"error":{"code":-32800}`, `{"id":5,"result":[{"f":1}]}`},
		{`"error":{"code":1}`, `"result":[{"s":1}]`, `{"id":5,"error":{"code":1}}`},
	} {
		for _, order := range []string{"first", "second"} {
			e := begin(t, "{}")
			e.say(`{"id":5,"method":"textDocument/codeAction"}`) // without parameters, the first does not answer by itself
			e.second.expect(t, "textDocument/codeAction")
			if order == "first" {
				e.sayBy(`{"id":5,` + test.first + `}`)
				e.sayBy(`{"method":"then"}`)
				e.expect(`{"method":"then"}`) // it is being waited for the second, and for nothing else
				e.second.say(t, `{"id":5,`+test.second+`}`)
			} else {
				e.second.say(t, `{"id":5,`+test.second+`}`)
				e.second.say(t, `{"method":"window/logMessage"}`)
				e.expect(`{"method":"window/logMessage"}`)
				e.sayBy(`{"id":5,` + test.first + `}`)
			}
			e.expect(test.want)
			e.say(`{"method":"exit"}`)
			e.end(0, "<nil>", "")
		}
	}

	t.Log("one that needs nothing more")
	e := begin(t, "{}")
	e.say(`{"id":6,"method":"codeAction/resolve","params":{"data":"memlint"}}`)
	e.expect(`{"id":6,"jsonrpc":"2.0","result":{"data":"memlint"}}`)
	e.say(`{"id":7,"method":"codeAction/resolve","params":{"data":{"x":1}}}`)
	e.expect(`{"id":7,"result":{"data":{"x":1}}}`)

	t.Log("a second server that takes its time")
	proxy.SetPatience(t, time.Millisecond)
	e = begin(t, "{}")
	e.say(`{"id":8,"method":"textDocument/codeAction"}`)
	e.sayBy(`{"id":8,"result":[{"f":1}]}`)
	e.expect(`{"id":8,"result":[{"f":1}]}`)
	e.second.say(t, `{"id":8,"result":[{"s":1}]}`)
	e.sayBy(`{"method":"then"}`)
	e.expect(`{"method":"then"}`)
}

const (
	publish = `{"method":"textDocument/publishDiagnostics","params":{"uri":"file:///a.go","diagnostics":`
	refresh = `","jsonrpc":"2.0","method":"workspace/diagnostic/refresh"}`
)

// fetch asks for the diagnostics of a.go. The first server answers with the
// parameters.
func (e *editor) fetch(id int) {
	e.t.Helper()
	e.say(fmt.Sprintf(`{"id":%d,"method":"textDocument/diagnostic","params":{"textDocument":{"uri":"file:///a.go"},"kind":"full","resultId":"r","items":[{"f":1}]}}`, id))
}

// fetched is the answer when the second server had something to say.
func fetched(id int, items string) string {
	return fmt.Sprintf(`{"id":%d,"result":{"items":%s,"kind":"full","textDocument":{"uri":"file:///a.go"}}}`, id, items)
}

// TestFetch puts diagnostics together for a client that asks for them.
func TestFetch(t *testing.T) {
	proxy.SetPatience(t, time.Minute)
	e := begin(t, `{"workspace":{"diagnostics":{"refreshSupport":true}}}`)
	t.Log("what was published before is told by the answer from now on")
	e.second.say(t, publish+`[{"s":0}]}}`)
	e.expect(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":[{"s":0}],"uri":"file:///a.go"}}`)
	e.fetch(1)
	e.expect(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":[],"uri":"file:///a.go"}}`)
	e.second.expect(t, "textDocument/diagnostic")
	e.second.say(t, publish+`[{"s":1}]}}`) // comes first, and is for the answer
	e.second.say(t, `{"id":1,"result":{"kind":"full","items":[{"s":1}]}}`)
	e.expect(fetched(1, `[{"f":1},{"s":1}]`))

	t.Log("what changes by itself has to be fetched again")
	e.second.say(t, publish+`[{"s":1}]}}`) // no change
	e.second.say(t, publish+`[{"s":2}]}}`)
	e.expect(`{"id":"memlint-refresh-1` + refresh)
	e.say(`{"id":"memlint-refresh-1","result":null}`) // the first server did not ask
	e.sayBy(`{"method":"then"}`)
	e.expect(`{"method":"then"}`)

	t.Log("nothing to add")
	e.fetch(3)
	e.second.expect(t, "textDocument/diagnostic")
	e.second.say(t, `{"id":3,"result":{"kind":"full","items":[]}}`)
	e.expect(`{"id":3,"result":{"textDocument":{"uri":"file:///a.go"},"kind":"full","resultId":"r","items":[{"f":1}]}}`)

	t.Log("after the document is closed, diagnostics are published")
	e.say(`{"method":"textDocument/didClose","params":{"textDocument":{"uri":"file:///a.go"}}}`)
	e.second.expect(t, "textDocument/didClose")
	e.second.say(t, publish+`[]}}`)
	e.expect(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":[],"uri":"file:///a.go"}}`)
}

// TestLate has a second server that takes its time: the client gets what is
// known, and is asked to fetch again when there is more.
func TestLate(t *testing.T) {
	proxy.SetPatience(t, time.Millisecond)
	e := begin(t, `{"workspace":{"diagnostics":{"refreshSupport":true}}}`)
	e.second.say(t, publish+`[{"s":2}]}}`)
	e.expect(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":[{"s":2}],"uri":"file:///a.go"}}`)
	e.fetch(2)
	e.expect(`{"jsonrpc":"2.0","method":"textDocument/publishDiagnostics","params":{"diagnostics":[],"uri":"file:///a.go"}}`)
	e.second.expect(t, "textDocument/diagnostic")
	e.expect(fetched(2, `[{"f":1},{"s":2}]`))
	e.second.say(t, publish+`[{"s":3}]}}`)
	e.expect(`{"id":"memlint-refresh-1` + refresh)
	e.second.say(t, `{"id":2,"result":{"kind":"full","items":[{"s":3}]}}`)
	e.sayBy(`{"method":"then"}`)
	e.expect(`{"method":"then"}`)
}

// TestEnd checks how sessions end, and that the exit code of the first server and
// what it writes to standard error pass.
func TestEnd(t *testing.T) {
	t.Run("server exits", func(t *testing.T) {
		e := begin(t, "{}")
		e.say(`{"method":"exit","params":7}`)
		e.end(7, "<nil>", "last words\n")
	})
	t.Run("server is killed", func(t *testing.T) {
		if runtime.GOOS == "windows" {
			t.Skip("exits there")
		}
		e := begin(t, "{}")
		e.say(`{"method":"die"}`)
		e.end(0, os.Args[0]+" ended: signal: killed", "")
	})
	t.Run("server makes no sense", func(t *testing.T) {
		e := begin(t, "{}")
		e.say(`{"method":"garble"}`)
		e.end(0, `message of `+os.Args[0]+`: malformed MIME header: missing colon: "garbled"`, "")
	})
	t.Run("editor hangs up", func(t *testing.T) {
		e := begin(t, "{}")
		e.in.Close()
		e.end(0, "<nil>", "")
	})
	t.Run("editor makes no sense", func(t *testing.T) {
		e := begin(t, "{}")
		io.WriteString(e.in, "hello\r\n\r\n")
		e.end(0, `message of the editor: malformed MIME header: missing colon: "hello"`, "")
	})
	t.Run("server hangs", func(t *testing.T) {
		e := begin(t, "{}")
		e.say(`{"method":"hang"}`)
		e.in.Close()
		e.end(0, `the editor hung up, and `+os.Args[0]+` did not end`, "")
	})
	t.Run("no server", func(t *testing.T) {
		_, err := proxy.Run(t.Context(), struct {
			io.Reader
			io.Writer
		}{}, io.Discard, []string{"no-such-program"}, nil)
		if got, want := fmt.Sprint(err), `cannot start no-such-program: exec: "no-such-program": executable file not found in $PATH`; got != want {
			t.Errorf("error %s, want %s", got, want)
		}
	})
}
