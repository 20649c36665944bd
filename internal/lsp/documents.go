package lsp

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/memlint/memlint/internal/lsp/protocol"
)

// A document is a Go file that is open in the editor.
type document struct {
	uri     protocol.URI // as the editor writes it
	version int
	text    []byte // never changed in place
}

// goFile returns the name of a document that is a Go file.
func goFile(uri protocol.URI) (name string, ok bool) {
	name, ok = uri.File()
	return name, ok && filepath.Ext(name) == ".go"
}

// change returns d after changes, each of which is to the text after the one
// before it.
func (d *document) change(p protocol.DidChangeParams, encoding protocol.Encoding) (*document, error) {
	next := *d
	if p.TextDocument.Version != nil {
		next.version = *p.TextDocument.Version
	}
	for _, c := range p.ContentChanges {
		var err error
		if next.text, err = protocol.NewText(next.text, encoding).Apply(c); err != nil {
			return nil, fmt.Errorf("change of %s: %w", d.uri, err)
		}
	}
	return &next, nil
}

// A snapshot is documents as they are at one time, and what is on disk of
// others, read once.
type snapshot struct {
	documents map[string]*document // by file
	encoding  protocol.Encoding
	texts     map[string]*protocol.Text
}

// snapshot returns documents as they are.
func (s *server) snapshot() *snapshot {
	return &snapshot{maps.Clone(s.documents), s.encoding, make(map[string]*protocol.Text)}
}

// buffers returns the text of each document.
func (s *snapshot) buffers() map[string][]byte {
	buffers := make(map[string][]byte)
	for file, d := range s.documents {
		buffers[file] = d.text
	}
	return buffers
}

// source returns the text of a file, empty if there is no such file.
func (s *snapshot) source(file string) []byte {
	if d := s.documents[file]; d != nil {
		return d.text
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	return src
}

// text returns the positions of a file.
func (s *snapshot) text(file string) *protocol.Text {
	if s.texts[file] == nil {
		s.texts[file] = protocol.NewText(s.source(file), s.encoding)
	}
	return s.texts[file]
}

// uri returns the name of a file as the editor writes it, if it has it open.
func (s *snapshot) uri(file string) protocol.URI {
	if d := s.documents[file]; d != nil {
		return d.uri
	}
	return protocol.FileURI(file)
}

// version returns the version of a file, nil if it is not open.
func (s *snapshot) version(file string) *int {
	if d := s.documents[file]; d != nil {
		return &d.version
	}
	return nil
}
