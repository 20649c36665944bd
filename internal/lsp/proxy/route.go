package proxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/memlint/memlint/internal/lsp/protocol"
)

// ActionData is the data that the second server gives its code actions.
const ActionData = "memlint"

// patience is how long an answer of the first server waits for that of the
// second. Diagnostics that come later are fetched again, if the client can be
// asked to. Tests change it.
var patience = time.Second

// refreshID begins the IDs of requests that the proxy makes.
const refreshID = "memlint-refresh-"

// A message is the outside of a message.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// failed reports whether m says that a request failed.
func (m *message) failed() bool { return m.Error != nil && string(m.Error) != "null" }

// isAnswer reports whether m answers a request.
func (m *message) isAnswer() bool { return m.Method == "" && m.ID != nil }

// A router decides where messages go. Its methods may be called concurrently.
type router struct {
	client, first, second *protocol.Outbox
	patience              time.Duration

	mu        sync.Mutex
	started   bool                // the second server is
	requests  map[string]*request // of the client, that both servers answer, by ID
	files     map[string]*file    // by name
	refreshes int                 // how often the client was asked to fetch diagnostics
	canFetch  bool                // the client can be asked to
}

// A request is one of the client that both servers answer.
type request struct {
	method        string
	params        json.RawMessage
	file          *file // nil if it is about none
	first, second *message
	body          json.RawMessage // of first
	late          bool            // the client has its answer
}

// A file is what servers told of it.
type file struct {
	uri           protocol.URI
	first, second []json.RawMessage // diagnostics that they published
	fetched       bool              // the client asks for diagnostics, so that it gets those of the second server there
	told          []json.RawMessage // those of the second server that it got
	fetching      int               // requests that are not answered
}

func newRouter(client, first, second *protocol.Outbox) *router {
	return &router{
		client: client, first: first, second: second, patience: patience,
		requests: make(map[string]*request), files: make(map[string]*file),
	}
}

// toBoth are notifications that the second server gets, too.
var toBoth = map[string]bool{
	"initialized":                     true,
	"exit":                            true,
	"$/cancelRequest":                 true,
	"textDocument/didOpen":            true,
	"textDocument/didChange":          true,
	"textDocument/didSave":            true,
	"textDocument/didClose":           true,
	"workspace/didChangeWatchedFiles": true,
}

// fromClient routes a message of the client.
func (r *router) fromClient(body json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var m message
	if json.Unmarshal(body, &m) != nil {
		r.first.Send(body) // let it say so
		return
	}
	switch {
	case m.isAnswer():
		if bytes.HasPrefix(m.ID, []byte(`"`+refreshID)) {
			return
		}
	case m.Method == "initialize":
		r.requests[string(m.ID)] = &request{method: m.Method, params: m.Params}
	case !r.started:
	case m.Method == "textDocument/codeAction" || m.Method == "textDocument/diagnostic":
		q := &request{method: m.Method, params: m.Params}
		if m.Method == "textDocument/diagnostic" {
			q.file = r.fileOf(m.Params)
			q.file.fetching++
			r.fetch(q.file)
		}
		r.requests[string(m.ID)] = q
		r.second.Send(body)
	case m.Method == "codeAction/resolve" && isOurs(m.Params):
		r.client.Send(encode(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": m.Params}))
		return
	case m.Method == "shutdown" || toBoth[m.Method]:
		if m.Method == "textDocument/didClose" {
			f := r.fileOf(m.Params)
			f.fetched, f.told = false, nil
		}
		r.second.Send(body)
	}
	r.first.Send(body)
}

// fromFirst routes a message of the first server.
func (r *router) fromFirst(body json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var m message
	if json.Unmarshal(body, &m) != nil {
		r.client.Send(body)
		return
	}
	if m.Method == "textDocument/publishDiagnostics" {
		f := r.fileOf(m.Params)
		f.first = diagnosticsOf(m.Params)
		if !f.fetched && len(f.second) > 0 {
			body = publication(m, f.first, f.second)
		}
	}
	q := r.requests[string(m.ID)]
	switch {
	case !m.isAnswer() || q == nil:
		r.client.Send(body)
	case q.method == "initialize":
		delete(r.requests, string(m.ID))
		r.client.Send(withCodeActions(body, &m))
		if !m.failed() {
			r.start(q.params, m.Result)
		}
	default:
		q.first, q.body = &m, body
		if q.second != nil {
			r.answer(q)
			return
		}
		time.AfterFunc(r.patience, func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if !q.late && q.second == nil {
				r.answer(q)
			}
		})
	}
}

// fromSecond routes a message of the second server.
func (r *router) fromSecond(body json.RawMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var m message
	if json.Unmarshal(body, &m) != nil {
		return
	}
	switch m.Method {
	case "window/showMessage", "window/logMessage":
		r.client.Send(body)
	case "textDocument/publishDiagnostics":
		f := r.fileOf(m.Params)
		f.second = diagnosticsOf(m.Params)
		if f.fetched {
			r.refresh(f)
		} else {
			r.client.Send(publication(m, f.first, f.second))
		}
	case "":
		q := r.requests[string(m.ID)]
		if q == nil {
			return // to initialize or shutdown
		}
		q.second = &m
		if q.first != nil && !q.late {
			r.answer(q)
		}
		if q.late {
			delete(r.requests, string(m.ID))
		}
	}
}

// start starts the second server with what the client said to the first one.
func (r *router) start(params, result json.RawMessage) {
	var p struct {
		Capabilities struct {
			Workspace struct {
				Diagnostics struct {
					RefreshSupport bool `json:"refreshSupport"`
				} `json:"diagnostics"`
			} `json:"workspace"`
		} `json:"capabilities"`
	}
	json.Unmarshal(params, &p) // what is missing is false
	r.canFetch = p.Capabilities.Workspace.Diagnostics.RefreshSupport
	r.second.Send(encode(map[string]any{
		"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": paramsForSecond(params, result),
	}))
	r.started = true
}

// answer answers a request with what there is of both servers.
func (r *router) answer(q *request) {
	id := string(q.first.ID)
	q.late = true
	if q.second != nil {
		delete(r.requests, id)
	}
	var extra []json.RawMessage
	if q.second != nil {
		extra = itemsOf(q.second.Result)
	}
	if f := q.file; f != nil {
		f.fetching--
		if q.second == nil {
			extra = f.second
		}
		f.told = extra
	}
	r.client.Send(merged(q.body, q.first, extra))
}

// fetch notes that the client asks for the diagnostics of a file. What the
// second server published before is told there from now on.
func (r *router) fetch(f *file) {
	if f.fetched {
		return
	}
	f.fetched = true
	if len(f.second) > 0 {
		r.client.Send(encode(map[string]any{
			"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics",
			"params": map[string]any{"uri": f.uri, "diagnostics": together(f.first, nil)},
		}))
	}
}

// refresh asks the client to fetch diagnostics again, if it got others of the
// second server than there are now.
func (r *router) refresh(f *file) {
	if !r.canFetch || f.fetching > 0 || same(f.told, f.second) {
		return
	}
	f.told = f.second
	r.refreshes++
	r.client.Send(encode(map[string]any{
		"jsonrpc": "2.0", "id": fmt.Sprintf("%s%d", refreshID, r.refreshes), "method": "workspace/diagnostic/refresh",
	}))
}

// fileOf returns the file that parameters are about.
func (r *router) fileOf(params json.RawMessage) *file {
	var p struct {
		URI          protocol.URI `json:"uri"`
		TextDocument struct {
			URI protocol.URI `json:"uri"`
		} `json:"textDocument"`
	}
	json.Unmarshal(params, &p) // what is missing is ""
	uri := p.URI
	if uri == "" {
		uri = p.TextDocument.URI
	}
	name, ok := uri.File()
	if !ok {
		name = string(uri)
	}
	f := r.files[name]
	if f == nil {
		f = &file{uri: uri}
		r.files[name] = f
	}
	return f
}
