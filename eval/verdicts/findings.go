package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/memlint/memlint/eval/internal/readings"
)

// readFindings returns the findings in the JSON of memlint, or of go vet, in
// order: one or several objects, lines that begin with # between them. Variants
// of a package that were made for tests are the same package. Latent leaks are no
// findings.
func readFindings(name string, stdin io.Reader, root string) ([]readings.Finding, error) {
	from := stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		from = file
	}
	data, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if root != "" {
		if root, err = filepath.Abs(root); err != nil {
			return nil, err
		}
	}
	lines := bytes.Split(data, []byte("\n"))
	data = bytes.Join(slices.DeleteFunc(lines, func(line []byte) bool { return bytes.HasPrefix(line, []byte("#")) }), []byte("\n"))
	found := make(map[readings.Finding]bool)
	for dec := json.NewDecoder(bytes.NewReader(data)); ; {
		var packages map[string]map[string]json.RawMessage
		if err := dec.Decode(&packages); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for pkg, analyzers := range packages {
			for analyzer, raw := range analyzers {
				if err := add(found, analyzer, raw, root); err != nil {
					return nil, fmt.Errorf("%s: %s of %s: %w", name, analyzer, pkg, err)
				}
			}
		}
	}
	var findings []readings.Finding
	for f := range found {
		findings = append(findings, f)
	}
	slices.SortFunc(findings, func(a, b readings.Finding) int {
		return cmp.Or(strings.Compare(a.Place, b.Place), strings.Compare(a.Category, b.Category))
	})
	return findings, nil
}

// add adds the findings of one analyzer in one package.
func add(found map[readings.Finding]bool, analyzer string, raw json.RawMessage, root string) error {
	var diagnostics []struct {
		Category, Posn, Message string
	}
	if err := json.Unmarshal(raw, &diagnostics); err != nil {
		var failed struct{ Error string }
		if json.Unmarshal(raw, &failed) == nil && failed.Error != "" {
			return errors.New(failed.Error)
		}
		return err
	}
	for _, d := range diagnostics {
		if strings.HasSuffix(d.Message, ", latent)") {
			continue
		}
		file := d.Posn
		for range 2 { // line and column
			i := strings.LastIndexByte(file, ':')
			if i < 0 {
				return fmt.Errorf("position %q, want file:line:column", d.Posn)
			}
			file = file[:i]
		}
		line, _, _ := strings.Cut(d.Posn[len(file)+1:], ":")
		if rel, err := filepath.Rel(root, file); root != "" && err == nil {
			file = rel
		}
		found[readings.Finding{Place: filepath.ToSlash(file) + ":" + line, Category: analyzer + "/" + d.Category}] = true
	}
	return nil
}
