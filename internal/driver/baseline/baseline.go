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

	"github.com/memlint/memlint/internal/driver/report"
)

// version is that of the file. Another one has other fingerprints.
const version = 1

// A Baseline is the entries of a file.
type Baseline struct {
	Version  int     `json:"version"`
	Findings []Entry `json:"findings"`
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
	b := new(Baseline)
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

// Split returns the findings that b does not have, and the entries that no
// finding has.
func (b *Baseline) Split(findings []report.Finding) (fresh []report.Finding, stale []Entry) {
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
	return fresh, stale
}
