// Package sarif prints findings in the Static Analysis Results Interchange
// Format, version 2.1.0 with errata 01, which GitHub code scanning, Azure
// DevOps, reviewdog and editors read.
//
// The types are our own: those of honnef.co/go/tools/sarif have no code flows,
// no fingerprints and no base of URIs, those of github.com/owenrumney/go-sarif
// bring three other modules with them, and what is needed here is short.
package sarif

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/token"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/memlint/memlint/internal/driver/report"
)

// A Run is what there is to print of a run.
type Run struct {
	Findings []report.Finding
	Rules    []report.Rule
	Problems []string // why packages could not be analysed
	Dir      string   // the folder that artifacts are relative to
	Version  string
	Source   func(file string) []byte // the text of a file, nil if it is not known
}

const (
	schema  = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	version = "2.1.0"
	home    = "https://github.com/memlint/memlint"

	// base is the name that code scanning gives the root of the repository.
	base = "%SRCROOT%"
	// fingerprint has the version of report.Identify, as the format asks for.
	fingerprint = "memlint/v1"
	// level is what the format takes a result for that says nothing.
	level = "warning"
	// latent is the level of what is worth knowing and no problem as yet.
	latent = "note"
	// maxRank is the highest priority that the format knows.
	maxRank = 100.0
)

type (
	log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	run struct {
		Tool        tool                        `json:"tool"`
		Invocations []invocation                `json:"invocations"`
		BaseIDs     map[string]artifactLocation `json:"originalUriBaseIds"`
		ColumnKind  string                      `json:"columnKind"`
		Results     []result                    `json:"results"`
	}
	tool struct {
		Driver component `json:"driver"`
	}
	component struct {
		Name           string `json:"name"`
		Version        string `json:"version,omitempty"`
		InformationURI string `json:"informationUri"`
		Rules          []rule `json:"rules"`
	}
	rule struct {
		ID               string        `json:"id"`
		ShortDescription message       `json:"shortDescription"`
		FullDescription  message       `json:"fullDescription"`
		Help             message       `json:"help"`
		HelpURI          string        `json:"helpUri,omitempty"`
		Configuration    configuration `json:"defaultConfiguration"`
	}
	configuration struct {
		Level string `json:"level"`
	}
	invocation struct {
		Successful    bool           `json:"executionSuccessful"`
		Notifications []notification `json:"toolExecutionNotifications,omitempty"`
	}
	notification struct {
		Level   string  `json:"level"`
		Message message `json:"message"`
	}
	message struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	result struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      message           `json:"message"`
		Locations    []location        `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints,omitempty"`
		CodeFlows    []codeFlow        `json:"codeFlows,omitempty"`
		Related      []location        `json:"relatedLocations,omitempty"`
		Fixes        []fix             `json:"fixes,omitempty"`
		Rank         float64           `json:"rank,omitempty"` // above 0
		Properties   *properties       `json:"properties,omitempty"`
	}
	properties struct {
		Evidence *report.Evidence `json:"evidence"`
	}
	location struct {
		ID       int              `json:"id,omitempty"`
		Physical physicalLocation `json:"physicalLocation"`
		Logical  []logical        `json:"logicalLocations,omitempty"`
		Message  *message         `json:"message,omitempty"`
	}
	logical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
	physicalLocation struct {
		Artifact artifactLocation `json:"artifactLocation"`
		Region   *region          `json:"region,omitempty"`
	}
	artifactLocation struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	region struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	codeFlow struct {
		ThreadFlows []threadFlow `json:"threadFlows"`
	}
	threadFlow struct {
		Locations []flowLocation `json:"locations"`
	}
	flowLocation struct {
		Location location `json:"location"`
	}
	fix struct {
		Description message          `json:"description"`
		Changes     []artifactChange `json:"artifactChanges"`
	}
	artifactChange struct {
		Artifact     artifactLocation `json:"artifactLocation"`
		Replacements []replacement    `json:"replacements"`
	}
	replacement struct {
		Deleted  region           `json:"deletedRegion"`
		Inserted *insertedContent `json:"insertedContent,omitempty"`
	}
	insertedContent struct {
		Text string `json:"text"`
	}
)

// Format returns the run as a log that ends with a newline.
func Format(r Run) []byte {
	p := &printer{Run: r, lines: make(map[string][]string)}
	out := run{
		Tool:        tool{component{Name: "memlint", Version: r.Version, InformationURI: home, Rules: []rule{}}},
		Invocations: []invocation{{Successful: len(r.Problems) == 0}},
		BaseIDs:     map[string]artifactLocation{base: {URI: strings.TrimSuffix(fileURI(r.Dir), "/") + "/"}},
		ColumnKind:  "utf16CodeUnits",
		Results:     []result{},
	}
	for _, problem := range r.Problems {
		out.Invocations[0].Notifications = append(out.Invocations[0].Notifications, notification{"error", message{Text: problem}})
	}
	for _, f := range r.Findings {
		if f.Evidence != nil && f.Evidence.Rank > 0 {
			p.ranked++
		}
	}
	index := make(map[string]int)
	rules := &out.Tool.Driver.Rules
	for _, x := range r.Rules {
		index[x.ID()] = len(*rules)
		*rules = append(*rules, describe(x))
	}
	for _, f := range r.Findings {
		id := f.Rule()
		if _, ok := index[id]; !ok {
			// A rule that is documented nowhere is still one.
			index[id] = len(*rules)
			text := message{Text: id}
			*rules = append(*rules, rule{ID: id, ShortDescription: text, FullDescription: text, Help: text, HelpURI: f.URL, Configuration: configuration{level}})
		}
		res := p.result(f)
		res.RuleIndex = index[id]
		out.Results = append(out.Results, res)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // messages have arrows
	enc.SetIndent("", "\t")
	if err := enc.Encode(log{schema, version, []run{out}}); err != nil {
		panic(fmt.Sprintf("sarif: strings and numbers do not marshal: %v", err)) // cannot happen
	}
	return buf.Bytes()
}

func describe(r report.Rule) rule {
	return rule{
		ID:               r.ID(),
		ShortDescription: message{Text: firstSentence(r.Text)},
		FullDescription:  message{Text: r.Text},
		Help:             message{Text: r.Text, Markdown: r.Markdown},
		HelpURI:          r.URL,
		Configuration:    configuration{level},
	}
}

// firstSentence returns what viewers show in a list.
func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if first, _, ok := strings.Cut(text, ". "); ok {
		return first + "."
	}
	return text
}

type printer struct {
	Run
	lines  map[string][]string // of files, with their ends
	ranked int                 // findings that have a rank
}

func (p *printer) result(f report.Finding) result {
	// Viewers show the rule in a place of its own.
	text := f.Text()
	at := p.location(f.Pos, f.End)
	if f.Decl != "" {
		at.Logical = []logical{{f.Package + "." + f.Decl}}
	}
	res := result{
		RuleID:    f.Rule(),
		Level:     level,
		Message:   message{Text: text},
		Locations: []location{at},
	}
	if f.Aside() {
		res.Level = latent
	}
	if measured := f.Measured(); measured != "" {
		res.Message.Text += "\nmeasured: " + measured
	}
	if e := f.Evidence; e != nil {
		res.Properties = &properties{e}
		if e.Rank > 0 && p.ranked > 0 {
			res.Rank = maxRank * float64(p.ranked-e.Rank+1) / float64(p.ranked)
		}
	}
	if f.Fingerprint != "" {
		res.Fingerprints = map[string]string{fingerprint: f.Fingerprint}
	}
	if len(f.Related) > 0 {
		first := p.location(f.Pos, f.End)
		first.Message = &message{Text: text}
		flow := []flowLocation{{first}}
		for i, r := range f.Related {
			loc := p.location(r.Pos, r.End)
			loc.Message = &message{Text: report.OneLine(r.Message)}
			flow = append(flow, flowLocation{loc})
			loc.ID = i + 1
			res.Related = append(res.Related, loc)
		}
		res.CodeFlows = []codeFlow{{[]threadFlow{{flow}}}}
	}
	// Readers apply all that there are; memlint applies the first.
	if len(f.Fixes) > 0 {
		if x, ok := p.fix(f.Fixes[0]); ok {
			res.Fixes = []fix{x}
		}
	}
	return res
}

// location returns a place in the columns of the format. A position of a
// //line directive may be in a file that is not there.
func (p *printer) location(pos, end token.Position) location {
	loc := location{Physical: physicalLocation{Artifact: p.artifact(pos.Filename)}}
	if pos.Line <= 0 {
		return loc
	}
	r := &region{StartLine: pos.Line}
	if pos.Column > 0 {
		r.StartColumn = p.column(pos)
	}
	if r.StartColumn > 0 && end.Column > 0 && end.Filename == pos.Filename &&
		(end.Line > pos.Line || end.Line == pos.Line && end.Column >= pos.Column) {
		r.EndLine, r.EndColumn = end.Line, p.column(end)
	}
	loc.Physical.Region = r
	return loc
}

// artifact returns the name of a file: relative if it is below the folder.
func (p *printer) artifact(file string) artifactLocation {
	rel := report.Path(file, p.Dir)
	if filepath.IsAbs(rel) {
		return artifactLocation{URI: fileURI(rel)}
	}
	return artifactLocation{URI: (&url.URL{Path: filepath.ToSlash(rel)}).String(), BaseID: base}
}

func fileURI(file string) string {
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// column returns the column of pos in UTF-16 code units: Go counts bytes.
func (p *printer) column(pos token.Position) int {
	lines := p.linesOf(pos.Filename)
	if pos.Line > len(lines) || pos.Column-1 > len(lines[pos.Line-1]) {
		return pos.Column
	}
	return units(lines[pos.Line-1][:pos.Column-1]) + 1
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func (p *printer) linesOf(file string) []string {
	lines, ok := p.lines[file]
	if !ok && p.Source != nil {
		lines = slices.Collect(strings.Lines(string(p.Source(file))))
		p.lines[file] = lines
	}
	return lines
}

// fix returns a fix by lines and columns, which is what readers go by. It is
// not ok if the text of a file is not known.
func (p *printer) fix(f report.Fix) (_ fix, ok bool) {
	out := fix{Description: message{Text: report.OneLine(f.Title)}}
	byFile := make(map[string]int)
	for _, e := range f.Edits {
		start, ok1 := p.place(e.File, e.Start)
		end, ok2 := p.place(e.File, e.End)
		if !ok1 || !ok2 {
			return fix{}, false
		}
		i, seen := byFile[e.File]
		if !seen {
			i = len(out.Changes)
			byFile[e.File] = i
			out.Changes = append(out.Changes, artifactChange{Artifact: p.artifact(e.File)})
		}
		r := replacement{Deleted: region{start.Line, start.Column, end.Line, end.Column}}
		if e.New != "" {
			r.Inserted = &insertedContent{e.New}
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, r)
	}
	return out, len(out.Changes) > 0
}

// place returns the line and column of the byte at an offset.
func (p *printer) place(file string, offset int) (_ token.Position, ok bool) {
	for i, line := range p.linesOf(file) {
		if offset < len(line) || offset == len(line) && !strings.HasSuffix(line, "\n") {
			return token.Position{Line: i + 1, Column: units(line[:offset]) + 1}, true
		}
		offset -= len(line)
	}
	if n := len(p.linesOf(file)); n > 0 && offset == 0 {
		return token.Position{Line: n + 1, Column: 1}, true
	}
	return token.Position{}, false
}
