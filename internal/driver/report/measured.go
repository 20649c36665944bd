package report

import (
	"go/token"
	"strings"
)

// A Package is one whose lines profiles may speak of.
type Package struct {
	Path, Name string
	Files      []string // absolute
	Keepers    Keepers
	Silenced   []Line // where comments silence findings
}

// Position returns where a line is.
func (p Package) Position(l Line) token.Position {
	if l.Line <= 0 || l.File >= len(p.Files) {
		return token.Position{}
	}
	return token.Position{Filename: p.Files[l.File], Line: l.Line}
}

// A Site is a place that profiles show and no finding tells of.
type Site struct {
	Package  string
	Pos      token.Position // the innermost line of the module on the stack
	Func     string         // the function there, as the runtime names it
	Stack    []Spot         // the innermost first
	Evidence Evidence
	Holder   string         // what most likely keeps it, such as "package variable sessions"; "" if not known
	HeldAt   token.Position // where it gets there; invalid if not known
}

// Profiled is in the place of the analyzer where a [Site] is told as a finding is.
const Profiled = "profile"

// SiteHeading is what stands over sites where people read them.
const SiteHeading = "measured: profiles show it, and no finding tells of it"

// Category returns "grows" or "large".
func (s Site) Category() string {
	if s.Evidence.Grows() {
		return "grows"
	}
	return "large"
}

// Finding returns the site in the form of a finding.
func (s Site) Finding() Finding {
	text := s.Evidence.Text()
	if s.Holder != "" {
		text += "; held by " + s.Holder
	}
	f := Finding{Package: s.Package, Analyzer: Profiled, Category: s.Category(), Pos: s.Pos, Decl: s.decl(), Evidence: &s.Evidence}
	f.Message = text + f.Tail()
	if s.HeldAt.IsValid() && (s.HeldAt.Filename != s.Pos.Filename || s.HeldAt.Line != s.Pos.Line) {
		f.Related = append(f.Related, Related{Pos: s.HeldAt, Message: "held from here on"})
	}
	inner := true // the line of the finding itself
	for _, at := range s.Stack {
		if at.Ours && !inner {
			f.Related = append(f.Related, Related{Pos: at.Pos, Message: "called here, in " + at.Func})
		}
		inner = inner && !at.Ours
	}
	return f
}

// decl returns the name of the function without that of its package.
func (s Site) decl() string {
	path, _, _ := strings.Cut(s.Func, "[") // type arguments have paths, too
	slash := strings.LastIndexByte(path, '/') + 1
	_, name, _ := strings.Cut(s.Func[slash:], ".")
	return name
}

// Measured is what profiles say besides what they say of findings.
type Measured struct {
	Profiles   []string // by name, in the order of their times
	Heap       []Sample // bytes in use of each heap profile, the oldest first
	Goroutines []Sample
	Growth     *Trend    // of the heap as a whole; nil with fewer than three heap profiles
	Sites      []Site    // those that grow or are large and have no finding, the largest first
	Silenced   *Evidence // of all that belongs to findings that comments silence; nil if there is none
	Elsewhere  int64     // bytes in use on stacks that go through no line of the module
}
