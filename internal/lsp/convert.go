package lsp

import (
	"crypto/sha256"
	"fmt"
	"go/token"
	"path/filepath"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
	"github.com/memlint/memlint/internal/lsp/protocol"
	"github.com/memlint/memlint/internal/lsp/proxy"
)

// A told is a finding and what was told of it.
type told struct {
	finding    report.Finding
	diagnostic protocol.Diagnostic
}

// diagnostic returns what to tell of a finding. Editors that show no other
// places get them as further lines of the message.
func (s *snapshot) diagnostic(f report.Finding, withRelated bool) protocol.Diagnostic {
	d := protocol.Diagnostic{
		Range:    s.rangeOf(f.Pos, f.End),
		Severity: protocol.SeverityWarning,
		Code:     f.Rule(),
		Source:   "memlint",
		Message:  f.Text(), // editors show the code
	}
	if text := f.Measured(); text != "" {
		d.Message += "\nmeasured: " + text
	}
	if f.Aside() {
		d.Severity = protocol.SeverityInformation
	}
	if f.URL != "" {
		d.CodeDescription = &protocol.CodeDescription{Href: f.URL}
	}
	for _, rel := range f.Related {
		if withRelated {
			d.RelatedInformation = append(d.RelatedInformation, protocol.RelatedInformation{
				Location: protocol.Location{URI: s.uri(rel.Pos.Filename), Range: s.rangeOf(rel.Pos, rel.End)},
				Message:  rel.Message,
			})
		} else {
			d.Message += "\n" + report.Position(rel.Pos, filepath.Dir(f.Pos.Filename)) + ": " + rel.Message
		}
	}
	return d
}

func (s *snapshot) rangeOf(pos, end token.Position) protocol.Range {
	text := s.text(pos.Filename)
	r := protocol.Range{Start: text.Column(pos.Line, pos.Column), End: text.Column(end.Line, end.Column)}
	if end.Filename != pos.Filename || r.End.Before(r.Start) { // what //line says can be anything
		r.End = r.Start
	}
	return r
}

// actions returns the fixes of a finding, without those that are for another
// text than there is now.
func (s *snapshot) actions(t told, withVersions bool) []protocol.CodeAction {
	var actions []protocol.CodeAction
	for i, fix := range t.finding.Fixes {
		edit, err := s.edit(fix, withVersions)
		if err != nil {
			continue
		}
		actions = append(actions, protocol.CodeAction{
			Title:       fix.Title,
			Kind:        protocol.QuickFix,
			Diagnostics: []protocol.Diagnostic{t.diagnostic},
			IsPreferred: i == 0,
			Edit:        edit,
			Data:        proxy.ActionData,
		})
	}
	return actions
}

// edit returns what a fix changes. It is an error if a file is not as it was
// analysed.
func (s *snapshot) edit(fix report.Fix, withVersions bool) (protocol.WorkspaceEdit, error) {
	var files []string
	edits := make(map[string][]protocol.TextEdit)
	for _, e := range fix.Edits {
		if edits[e.File] == nil {
			files = append(files, e.File)
			if sha256.Sum256(s.source(e.File)) != e.Sum {
				return protocol.WorkspaceEdit{}, fmt.Errorf("%s changed since", e.File)
			}
		}
		text := s.text(e.File)
		edits[e.File] = append(edits[e.File], protocol.TextEdit{
			Range:   protocol.Range{Start: text.Position(e.Start), End: text.Position(e.End)},
			NewText: e.New,
		})
	}
	var w protocol.WorkspaceEdit
	if !withVersions {
		w.Changes = make(map[protocol.URI][]protocol.TextEdit)
	}
	for _, file := range files {
		if !withVersions {
			w.Changes[s.uri(file)] = edits[file]
			continue
		}
		d := protocol.DocumentEdit{Edits: edits[file]}
		d.TextDocument.URI, d.TextDocument.Version = s.uri(file), s.version(file)
		w.DocumentChanges = append(w.DocumentChanges, d)
	}
	return w, nil
}

// wants reports whether a client that asks for some kinds of code actions wants
// quick fixes.
func wants(only []string) bool {
	for _, kind := range only {
		if kind == "" || kind == protocol.QuickFix || strings.HasPrefix(protocol.QuickFix, kind+".") {
			return true
		}
	}
	return len(only) == 0
}
