// Package baseline remembers the findings that a code base has, so that only
// new ones are told: an existing code base starts clean.
//
// An entry is known by its fingerprint, which edits elsewhere do not change.
// What else it says is for people who read the file or its difference.
package baseline

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/memlint/memlint/internal/driver/report"
)

// version is that of the file. Another one has other fingerprints.
const version = 1

// A Baseline is the entries of a file.
type Baseline struct {
	Version  int     `json:"version"`
	Findings []Entry `json:"findings"`

	data []byte // the file
}

// An Entry is one finding that is known.
type Entry struct {
	Fingerprint string `json:"fingerprint"`
	Rule        string `json:"rule"`
	Package     string `json:"package"`
	File        string `json:"file"`
	Message     string `json:"message"`
}

// Format returns the file for findings, one line for each, in an order that
// edits change little. Names of files are relative to dir, the folder that it is
// in: they are the same on every machine.
func Format(findings []report.Finding, dir string) []byte {
	var entries []Entry
	for _, f := range findings {
		entries = append(entries, Entry{
			Fingerprint: f.Fingerprint,
			Rule:        f.Rule(),
			Package:     f.Package,
			File:        relative(f.Pos.Filename, dir),
			Message:     f.Text(),
		})
	}
	slices.SortFunc(entries, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.Package, y.Package), cmp.Compare(x.File, y.File), cmp.Compare(x.Rule, y.Rule),
			cmp.Compare(x.Message, y.Message), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n\t\"version\": %d,\n\t\"findings\": [", version)
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // messages have arrows
	for i, e := range entries {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n\t\t")
		if err := enc.Encode(e); err != nil {
			panic(fmt.Sprintf("baseline: strings do not marshal: %v", err)) // cannot happen
		}
		out.Truncate(out.Len() - 1) // the newline
	}
	if len(entries) > 0 {
		out.WriteString("\n\t")
	}
	out.WriteString("]\n}\n")
	return out.Bytes()
}

func relative(file, dir string) string {
	if rel, err := filepath.Rel(dir, file); err == nil {
		file = rel
	}
	return filepath.ToSlash(file)
}

// Parse reads a file. The error is one line and does not name the file.
func Parse(data []byte) (*Baseline, error) {
	// Another version may well have other keys, so look at that first.
	var head struct{ Version int }
	if err := json.Unmarshal(data, &head); err == nil && head.Version != version {
		return nil, fmt.Errorf("baseline has version %d, want %d; write it again", head.Version, version)
	}
	b := &Baseline{data: data}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(b); err != nil {
		return nil, fmt.Errorf("no baseline of memlint: %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("no baseline of memlint: something follows its end")
	}
	return b, nil
}

// Split returns the findings that b does not have, and the entries that no finding has.
// Gone reports whether the leak of an entry that no finding has is no more where it was.
// Such an entry may have moved: to another package, if there is one new finding for the
// same declaration, rule and message, and to another declaration of its package, if there
// is one for the same rule and message. More than one, on either side, are others.
func (b *Baseline) Split(findings []report.Finding, gone func(Entry) bool) (fresh []report.Finding, stale []Entry) {
	met := make(map[string]bool)
	for _, e := range b.Findings {
		met[e.Fingerprint] = false
	}
	for _, f := range findings {
		if _, known := met[f.Fingerprint]; known {
			met[f.Fingerprint] = true
		} else {
			fresh = append(fresh, f)
		}
	}
	for _, e := range b.Findings {
		if !met[e.Fingerprint] {
			stale = append(stale, e)
		}
	}
	m := newMoves(b.Findings, stale, gone)
	fresh = m.take(fresh, m.elsewhere)
	fresh = m.take(fresh, m.renamed)
	return fresh, m.left()
}

// Without returns the file without the entries of which drop returns true. All else is as
// it was.
func (b *Baseline) Without(drop func(Entry) bool) []byte {
	var out []byte
	places := b.places()
	end := 0 // of what is done
	for i, at := range places {
		switch {
		case drop(b.Findings[i]):
		case out == nil: // nothing parts the first one from what is in front
			out = append(bytes.Clone(b.data[:places[0].start]), b.data[at.start:at.end]...)
		default:
			out = append(out, b.data[end:at.end]...)
		}
		end = at.end
	}
	if out == nil && end > 0 {
		const blank = " \t\r\n"
		return append(bytes.TrimRight(b.data[:places[0].start], blank), bytes.TrimLeft(b.data[end:], blank)...)
	}
	return append(out, b.data[end:]...)
}

// A place is where an entry is in the file.
type place struct{ start, end int }

// places returns where the entries are.
func (b *Baseline) places() []place {
	var list []place
	dec := json.NewDecoder(bytes.NewReader(b.data))
	next := func(into any) bool { return dec.More() && dec.Decode(into) == nil }
	dec.Token() // {
	for dec.More() {
		key, _ := dec.Token()
		var value json.RawMessage
		if name, _ := key.(string); !strings.EqualFold(name, "findings") {
			next(&value)
			continue
		}
		list = nil
		for dec.Token(); next(&value); { // [
			end := int(dec.InputOffset())
			list = append(list, place{end - len(value), end})
		}
		dec.Token() // ]
	}
	return list
}
