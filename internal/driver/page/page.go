// Package page prints a run as one HTML file for people who want to look through
// it, with what profiles measured.
//
// The file is complete in itself and asks no network for anything. What is in it
// of the code, of file names and of profiles is text: html/template escapes it,
// and a policy in the file lets no browser load anything or run any script but
// the one of this package, which only filters. Everything else works without it.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"unicode"

	"github.com/memlint/memlint/internal/driver/report"
)

// A Report is what there is to print of a run.
type Report struct {
	Findings []report.Finding // in the order in which they are shown, latent ones last
	Measured *report.Measured // nil without profiles
	Rules    []report.Rule
	Problems []string // why packages could not be analysed
	Module   string   // its path
	Dir      string   // the folder that file names are relative to
	Version  string
	Source   func(file string) []byte // the text of a file, nil if it is not known
}

// Of large runs not all is shown, and the page says what it leaves out.
const (
	maxDetailed = 300 // findings with source and line of the trend
	maxOpen     = 25  // of which one need not ask for the source
	maxPath     = 12  // related positions of a finding
	maxSpots    = 4   // lines of a finding that profiles have
	maxSites    = 100 // places without a finding
	maxStack    = 40  // frames of one
	maxNames    = 200 // problems, and profiles
)

//go:embed page.html
var markup string

//go:embed page.css
var style string

//go:embed page.js
var script string

// Format returns the page. The same report gives the same page.
func Format(r Report) []byte {
	t := template.Must(template.New("page").Parse(markup))
	var buf bytes.Buffer
	err := t.Execute(&buf, struct {
		view
		Policy string
		Style  template.CSS
		Script template.JS
	}{newView(r), policy(), template.CSS(style), template.JS(script)})
	if err != nil {
		panic(fmt.Sprintf("page: a template that tests execute fails: %v", err)) // cannot happen
	}
	return bytes.Map(legible, buf.Bytes())
}

// policy returns what browsers may do with the page
// (https://www.w3.org/TR/CSP3/): apply the one style and run the one script.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'",
		hash(style), hash(script))
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// legible puts U+FFFD for what one cannot see, and what makes other letters
// appear in another order than they are in; bytes.Map does so for what is not UTF-8.
func legible(r rune) rune {
	if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
		return r
	}
	return unicode.ReplacementChar
}
