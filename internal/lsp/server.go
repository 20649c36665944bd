package lsp

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"path/filepath"
	"sync"

	"github.com/sourcegraph/jsonrpc2"

	"github.com/memlint/memlint/internal/driver"
	"github.com/memlint/memlint/internal/lsp/protocol"
)

// A Checker finds what there is to tell of a folder; see [driver.Session].
type Checker interface {
	Check(ctx context.Context, dir string, buffers map[string][]byte) (*driver.Result, error)
	Forget(dir string)
}

type server struct {
	checker Checker
	version string
	conn    *jsonrpc2.Conn
	wake    chan struct{} // something is due

	mu        sync.Mutex
	state     state
	documents map[string]*document // by file
	folders   map[string]*folder
	pulls     map[string]context.CancelFunc // requests that wait for a check, by ID

	encoding protocol.Encoding
	client   protocol.Capabilities
}

// A state is how far a session is.
type state int

const (
	starting state = iota
	serving
	stopping // the client said so
)

// Serve talks to a client until it says goodbye or hangs up, or ctx is
// cancelled. It reports whether the client asked it to shut down before, as it
// should. The error is a message that makes no sense.
func Serve(ctx context.Context, client io.ReadWriteCloser, checker Checker, version string) (asked bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{
		checker:   checker,
		version:   version,
		wake:      make(chan struct{}, 1),
		documents: make(map[string]*document),
		folders:   make(map[string]*folder),
		pulls:     make(map[string]context.CancelFunc),
		encoding:  protocol.UTF16,
	}
	stream := newStream(client)
	s.mu.Lock() // until there is a connection to answer on
	s.conn = jsonrpc2.NewConn(ctx, stream, handler(func(req *jsonrpc2.Request) { s.handle(ctx, req) }),
		jsonrpc2.SetLogger(log.New(io.Discard, "", 0)))
	s.mu.Unlock()

	var worker sync.WaitGroup
	worker.Go(func() { s.work(ctx) })
	<-s.conn.DisconnectNotify()
	cancel()
	worker.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state == stopping, stream.failure()
}

// A handler handles messages in the order in which they come.
type handler func(req *jsonrpc2.Request)

// Handle calls h.
func (h handler) Handle(_ context.Context, _ *jsonrpc2.Conn, req *jsonrpc2.Request) { h(req) }

// handle does what a message asks for. What memlint does not know is refused if
// it is a request, and no concern of memlint otherwise.
func (s *server) handle(ctx context.Context, req *jsonrpc2.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	params := json.RawMessage("null")
	if req.Params != nil {
		params = *req.Params
	}
	answer, known := requests[req.Method]
	switch {
	case req.Method == "exit":
		s.conn.Close()
	case req.Notif:
		if s.state == serving {
			s.note(req.Method, params)
		}
	case s.state == stopping:
		s.refuse(req, jsonrpc2.CodeInvalidRequest, "shutting down")
	case (s.state == starting) != (req.Method == "initialize"):
		s.refuse(req, protocol.ServerNotInitialized, "initialize comes first, and once")
	case req.Method == "textDocument/diagnostic":
		s.pull(ctx, req, params)
	case !known:
		s.refuse(req, jsonrpc2.CodeMethodNotFound, "memlint has no method "+req.Method)
	default:
		if result, err := answer(s, params); err != nil {
			s.refuse(req, jsonrpc2.CodeInvalidParams, err.Error())
		} else {
			s.reply(req, result)
		}
	}
}

// That the client is gone is told by the connection, so the following ignore it.

func (s *server) reply(req *jsonrpc2.Request, result any) {
	s.conn.Reply(context.Background(), req.ID, result)
}

func (s *server) refuse(req *jsonrpc2.Request, code int64, message string) {
	s.conn.ReplyWithError(context.Background(), req.ID, &jsonrpc2.Error{Code: code, Message: message})
}

func (s *server) notify(method string, params any) {
	s.conn.Notify(context.Background(), method, params)
}

// requests are the methods with an answer that is known at once.
var requests = map[string]func(*server, json.RawMessage) (any, error){
	"initialize":              (*server).initialize,
	"textDocument/codeAction": (*server).codeAction,
	"shutdown": func(s *server, _ json.RawMessage) (any, error) {
		s.state = stopping
		return nil, nil
	},
}

// notifications are the methods without an answer.
var notifications = map[string]func(*server, json.RawMessage) error{
	"initialized":                     (*server).initialized,
	"textDocument/didOpen":            (*server).didOpen,
	"textDocument/didChange":          (*server).didChange,
	"textDocument/didSave":            (*server).didSave,
	"textDocument/didClose":           (*server).didClose,
	"workspace/didChangeWatchedFiles": (*server).didChangeWatchedFiles,
	"$/cancelRequest":                 (*server).cancelRequest,
}

// note handles a notification. Nobody waits for an answer, so errors go to the
// log of the editor.
func (s *server) note(method string, params json.RawMessage) {
	f, ok := notifications[method]
	if !ok {
		return
	}
	if err := f(s, params); err != nil {
		s.notify("window/logMessage", protocol.MessageParams{
			Type: protocol.MessageWarning, Message: fmt.Sprintf("memlint: %s: %v", method, err),
		})
	}
}

func (s *server) initialize(params json.RawMessage) (any, error) {
	var p protocol.InitializeParams
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, err
	}
	s.state, s.client = serving, p.Capabilities
	for _, e := range s.client.General.PositionEncodings { // the client's order
		if e == protocol.UTF8 || e == protocol.UTF16 || e == protocol.UTF32 {
			s.encoding = e
			break
		}
	}
	return protocol.InitializeResult{
		Capabilities: protocol.ServerCapabilities{
			PositionEncoding:   s.encoding,
			TextDocumentSync:   protocol.TextDocumentSync{OpenClose: true, Change: protocol.SyncIncremental, Save: true},
			CodeActionProvider: protocol.CodeActionOptions{CodeActionKinds: []string{protocol.QuickFix}},
		},
		ServerInfo: protocol.ServerInfo{Name: "memlint", Version: s.version},
	}, nil
}

// initialized asks to be told of files that change on disk.
func (s *server) initialized(json.RawMessage) error {
	if !s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		return nil
	}
	var options protocol.WatchOptions
	for _, pattern := range []string{"**/*.go", "**/go.mod", "**/go.work", "**/.memlint.yml"} {
		options.Watchers = append(options.Watchers, protocol.Watcher{GlobPattern: pattern})
	}
	// The answer says nothing that matters.
	_, err := s.conn.DispatchCall(context.Background(), "client/registerCapability", protocol.RegistrationParams{
		Registrations: []protocol.Registration{{
			ID: "memlint", Method: "workspace/didChangeWatchedFiles", RegisterOptions: options,
		}},
	})
	return err
}

func (s *server) didOpen(params json.RawMessage) error {
	var p protocol.DidOpenParams
	if err := json.Unmarshal(params, &p); err != nil {
		return err
	}
	d := p.TextDocument
	if file, ok := goFile(d.URI); ok {
		s.documents[file] = &document{d.URI, d.Version, []byte(d.Text)}
		s.touch(filepath.Dir(file), 0)
	}
	return nil
}

func (s *server) didChange(params json.RawMessage) error {
	var p protocol.DidChangeParams
	if err := json.Unmarshal(params, &p); err != nil {
		return err
	}
	file, _ := goFile(p.TextDocument.URI)
	d := s.documents[file]
	if d == nil {
		return nil
	}
	next, err := d.change(p, s.encoding)
	if err != nil {
		// What the editor has is unknown until it opens the document again.
		delete(s.documents, file)
		s.leave(filepath.Dir(file))
		return err
	}
	s.documents[file] = next
	s.touch(filepath.Dir(file), pause)
	return nil
}

func (s *server) didSave(params json.RawMessage) error {
	s.touchAll(0)
	return nil
}

func (s *server) didClose(params json.RawMessage) error {
	var p protocol.DocumentParams
	if err := json.Unmarshal(params, &p); err != nil {
		return err
	}
	if file, _ := goFile(p.TextDocument.URI); s.documents[file] != nil {
		delete(s.documents, file)
		s.leave(filepath.Dir(file))
	}
	return nil
}

func (s *server) didChangeWatchedFiles(json.RawMessage) error {
	s.touchAll(pause) // many may come together
	return nil
}

func (s *server) cancelRequest(params json.RawMessage) error {
	var p protocol.CancelParams
	if err := json.Unmarshal(params, &p); err != nil {
		return err
	}
	if cancel := s.pulls[string(p.ID)]; cancel != nil {
		cancel()
	}
	return nil
}

func (s *server) codeAction(params json.RawMessage) (any, error) {
	var p protocol.CodeActionParams
	if err := json.Unmarshal(params, &p); err != nil {
		return nil, err
	}
	actions := []protocol.CodeAction{}
	file, _ := goFile(p.TextDocument.URI)
	f := s.folders[filepath.Dir(file)]
	if f == nil || s.client.TextDocument.CodeAction.CodeActionLiteralSupport == nil || !wants(p.Context.Only) {
		return actions, nil
	}
	now := s.snapshot()
	for _, t := range f.told[file] {
		if t.diagnostic.Range.Touches(p.Range) {
			actions = append(actions, now.actions(t, s.client.Workspace.WorkspaceEdit.DocumentChanges)...)
		}
	}
	return actions, nil
}

// pull answers with the diagnostics of a document, when its text is checked.
func (s *server) pull(ctx context.Context, req *jsonrpc2.Request, params json.RawMessage) {
	var p protocol.DocumentParams
	id, err := json.Marshal(req.ID)
	if err == nil {
		err = json.Unmarshal(params, &p)
	}
	if err != nil {
		s.refuse(req, jsonrpc2.CodeInvalidParams, err.Error())
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.pulls[string(id)] = cancel
	go func() {
		defer cancel()
		file, _ := goFile(p.TextDocument.URI)
		err := s.await(ctx, filepath.Dir(file))
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.pulls, string(id))
		if err != nil {
			s.refuse(req, protocol.RequestCancelled, "cancelled")
			return
		}
		report := protocol.DiagnosticReport{Kind: "full", Items: []protocol.Diagnostic{}}
		if f := s.folders[filepath.Dir(file)]; f != nil {
			report.Items = diagnosticsOf(f.told[file])
		}
		s.reply(req, report)
	}()
}
