package protocol

import "encoding/json"

// Position is a place between two characters; both count from 0.
type Position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// Before reports whether p comes before q.
func (p Position) Before(q Position) bool {
	return p.Line < q.Line || p.Line == q.Line && p.Character < q.Character
}

// Range is what lies between two positions.
type Range struct {
	Start Position `json:"start"`
	End   Position `json:"end"`
}

// Touches reports whether r and s have a position in common, if only an end.
func (r Range) Touches(s Range) bool { return !r.End.Before(s.Start) && !s.End.Before(r.Start) }

// Location is a range of a document.
type Location struct {
	URI   URI   `json:"uri"`
	Range Range `json:"range"`
}

// Severities of what compiles.
const (
	SeverityWarning     = 2
	SeverityInformation = 3
)

// Diagnostic is what editors underline.
type Diagnostic struct {
	Range              Range                `json:"range"`
	Severity           int                  `json:"severity"`
	Code               string               `json:"code,omitempty"`
	CodeDescription    *CodeDescription     `json:"codeDescription,omitempty"`
	Source             string               `json:"source"`
	Message            string               `json:"message"`
	RelatedInformation []RelatedInformation `json:"relatedInformation,omitempty"`
}

// CodeDescription says where a code is documented.
type CodeDescription struct {
	Href string `json:"href"`
}

// RelatedInformation is another place of a diagnostic.
type RelatedInformation struct {
	Location Location `json:"location"`
	Message  string   `json:"message"`
}

// InitializeParams is what a client says of itself.
type InitializeParams struct {
	Capabilities Capabilities `json:"capabilities"`
}

// Capabilities is what a client can do.
type Capabilities struct {
	General struct {
		PositionEncodings []Encoding `json:"positionEncodings"`
	} `json:"general"`
	TextDocument struct {
		PublishDiagnostics struct {
			RelatedInformation bool `json:"relatedInformation"`
		} `json:"publishDiagnostics"`
		CodeAction struct {
			CodeActionLiteralSupport *struct{} `json:"codeActionLiteralSupport"`
		} `json:"codeAction"`
	} `json:"textDocument"`
	Workspace struct {
		WorkspaceEdit struct {
			DocumentChanges bool `json:"documentChanges"`
		} `json:"workspaceEdit"`
		DidChangeWatchedFiles struct {
			DynamicRegistration bool `json:"dynamicRegistration"`
		} `json:"didChangeWatchedFiles"`
	} `json:"workspace"`
}

// InitializeResult is what a server says of itself.
type InitializeResult struct {
	Capabilities ServerCapabilities `json:"capabilities"`
	ServerInfo   ServerInfo         `json:"serverInfo"`
}

// ServerCapabilities is what a server can do.
type ServerCapabilities struct {
	PositionEncoding   Encoding          `json:"positionEncoding"`
	TextDocumentSync   TextDocumentSync  `json:"textDocumentSync"`
	CodeActionProvider CodeActionOptions `json:"codeActionProvider"`
}

// SyncIncremental asks for changes rather than for whole texts.
const SyncIncremental = 2

// TextDocumentSync is what a server wants to know of documents.
type TextDocumentSync struct {
	OpenClose bool `json:"openClose"`
	Change    int  `json:"change"`
	Save      bool `json:"save"`
}

// CodeActionOptions is which code actions there are.
type CodeActionOptions struct {
	CodeActionKinds []string `json:"codeActionKinds"`
}

// ServerInfo is the name of a server.
type ServerInfo struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// DocumentID names a document, and a version of it in some messages.
type DocumentID struct {
	URI     URI  `json:"uri"`
	Version *int `json:"version,omitempty"`
}

// DidOpenParams tells that a document is open.
type DidOpenParams struct {
	TextDocument struct {
		URI     URI    `json:"uri"`
		Version int    `json:"version"`
		Text    string `json:"text"`
	} `json:"textDocument"`
}

// DidChangeParams tells how a document changed.
type DidChangeParams struct {
	TextDocument   DocumentID      `json:"textDocument"`
	ContentChanges []ContentChange `json:"contentChanges"`
}

// ContentChange replaces a range, or the whole text if there is none.
type ContentChange struct {
	Range *Range `json:"range"`
	Text  string `json:"text"`
}

// DocumentParams tells that a document was saved or closed, or asks for its
// diagnostics.
type DocumentParams struct {
	TextDocument DocumentID `json:"textDocument"`
}

// PublishDiagnosticsParams is all that there is to tell of a document.
type PublishDiagnosticsParams struct {
	URI         URI          `json:"uri"`
	Version     *int         `json:"version,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics"`
}

// DiagnosticReport is the same for a client that asked.
type DiagnosticReport struct {
	Kind  string       `json:"kind"` // "full"
	Items []Diagnostic `json:"items"`
}

// CodeActionParams asks what can be done at a range.
type CodeActionParams struct {
	TextDocument DocumentID `json:"textDocument"`
	Range        Range      `json:"range"`
	Context      struct {
		Only []string `json:"only"`
	} `json:"context"`
}

// QuickFix is the kind of code actions that mend a diagnostic.
const QuickFix = "quickfix"

// CodeAction is something that can be done.
type CodeAction struct {
	Title       string        `json:"title"`
	Kind        string        `json:"kind"`
	Diagnostics []Diagnostic  `json:"diagnostics"`
	IsPreferred bool          `json:"isPreferred,omitempty"`
	Edit        WorkspaceEdit `json:"edit"`
	Data        string        `json:"data,omitempty"`
}

// WorkspaceEdit changes documents. Clients know either the one form or both.
type WorkspaceEdit struct {
	Changes         map[URI][]TextEdit `json:"changes,omitempty"`
	DocumentChanges []DocumentEdit     `json:"documentChanges,omitempty"`
}

// DocumentEdit changes a version of a document; null is that on disk.
type DocumentEdit struct {
	TextDocument struct {
		URI     URI  `json:"uri"`
		Version *int `json:"version"`
	} `json:"textDocument"`
	Edits []TextEdit `json:"edits"`
}

// TextEdit replaces a range.
type TextEdit struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}

// Types of messages to people.
const (
	MessageError   = 1
	MessageWarning = 2
)

// MessageParams is a message to people.
type MessageParams struct {
	Type    int    `json:"type"`
	Message string `json:"message"`
}

// RegistrationParams asks a client for more notifications.
type RegistrationParams struct {
	Registrations []Registration `json:"registrations"`
}

// Registration is one of them.
type Registration struct {
	ID              string `json:"id"`
	Method          string `json:"method"`
	RegisterOptions any    `json:"registerOptions"`
}

// WatchOptions is what files to tell of.
type WatchOptions struct {
	Watchers []Watcher `json:"watchers"`
}

// Watcher is a pattern of files.
type Watcher struct {
	GlobPattern string `json:"globPattern"`
}

// CancelParams names a request whose answer nobody waits for.
type CancelParams struct {
	ID json.RawMessage `json:"id"`
}

// Error codes of the protocol, beyond those of JSON-RPC.
const (
	ServerNotInitialized = -32002
	RequestCancelled     = -32800
)
