// Package finding tells a leak: it puts what an engine found into the words,
// related places and fixes that a driver shows, and decides what is told at
// all.
//
// The question it answers is how a leak speaks, so that every analyzer speaks
// alike: the fact that was proved first, then what keeps the value, root
// first, then the stable name of the pattern. What must not be told stays
// here too, so that every driver agrees: generated files, places with a
// suppression comment, the second report of one leak.
//
// It is the only caller of pass.Report.
package finding

import (
	"cmp"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// A Leak is one finding: one leak at the place where its fix goes.
type Leak struct {
	Pos, End token.Pos
	Category string   // stable word of the pattern, such as "ticker-not-stopped"
	What     string   // the fact that was proved, in lower case, without a period
	HeldBy   []string // names on the path that keeps the value, root first
	Notes    []Note   // other places of the same leak, in the order of the path
	Fix      *Fix     // nil if none is sure to compile and keep behaviour
	// Origin is the file and line of another package where it is kept, if it is
	// kept in another package and that is known.
	Origin token.Position

	// Presumed are the full names of functions that everybody may call, if only
	// that shows that it is a leak. Where their callers are in sight, it is latent.
	Presumed []string
	// OnlyBy are the full names of functions by which alone other packages get to what
	// owes something, if nothing else runs it. Where all their callers are in sight and
	// are once code, it is latent.
	OnlyBy []string
	// Unless are the full names of functions of which one has to be called if it is to be
	// none. It is told only where all who can call them are in sight.
	Unless []string
	// Told is set if the package of the origin tells the leak, presumed there. It is
	// not told here, but confirms that one.
	Told bool

	latent bool // see Reporter.AddLatent
}

// A Note is another place of a leak and what happens there.
type Note struct {
	Pos, End token.Pos
	Text     string
}

// A Fix is an edit that removes a leak; Title is imperative.
type Fix struct {
	Title string
	Edits []analysis.TextEdit
}

const (
	maxNames   = 3   // on the path in the message
	maxMessage = 120 // bytes
)

// A Reporter collects the leaks that one analyzer found in one package.
type Reporter struct {
	pass     *analysis.Pass
	leaks    []Leak
	at       map[place]int // in leaks
	held     withheld
	silences *Silences
	silenced []token.Pos // of leaks, by comments
	uses     []Use
}

// A Use says how a package uses a function of another one that leaks there are asked about.
type Use struct {
	Func  string   // full name
	By    []string // full names of functions of the package that alone run it; none if only once code does
	Again bool     // something else runs it, or may, any number of times
	Test  bool     // only tests do
}

// A place is where there is one leak at most.
type place struct {
	pos      token.Pos
	category string
}

// NewReporter returns a reporter for pass.
func NewReporter(pass *analysis.Pass) *Reporter {
	return &Reporter{pass: pass, at: make(map[place]int), silences: SilencesOf(pass)}
}

// Shown reports whether a leak of the category at pos would be reported: see
// [Silences.Silent].
func (r *Reporter) Shown(pos token.Pos, category string) bool {
	return !r.silences.Silent(r.pass.Analyzer.Name, category, pos)
}

// idle adds the directives that are for this analyzer and silence nothing, or
// do not say why they do. What names no analyzer is for the one that found
// something there. An analyzer that does not run says nothing of those
// that are for it.
func (r *Reporter) idle() {
	for _, d := range r.silences.ignore {
		analyzer, _, _ := strings.Cut(d.word, "/")
		switch {
		case d.wants != "":
			r.leaks = append(r.leaks, Leak{Pos: d.pos, End: d.end, Category: "unused-ignore", What: "directive names no analyzer; want " + d.wants})
		case analyzer != r.pass.Analyzer.Name:
			// Another one's.
		case !d.used:
			r.leaks = append(r.leaks, Leak{Pos: d.pos, End: d.end, Category: "unused-ignore", What: "directive for " + d.word + " silences nothing"})
		case !d.reason:
			r.leaks = append(r.leaks, Leak{Pos: d.pos, End: d.end, Category: "ignore-without-reason", What: "directive for " + d.word + " does not say why"})
		}
	}
	r.silences.ignore = nil
}

// Add records a leak. Leaks with the same position and category are one; the
// first is kept, but for a latent one, which gives way.
func (r *Reporter) Add(l Leak) {
	if !l.Pos.IsValid() {
		return
	}
	if !r.Shown(l.Pos, l.Category) {
		if r.silences.fset.File(l.Pos) != nil && r.silences.commented(r.pass.Analyzer.Name, l.Category, l.Pos) {
			r.silenced = append(r.silenced, l.Pos)
		}
		return
	}
	key := place{l.Pos, l.Category}
	if i, ok := r.at[key]; !ok {
		r.at[key] = len(r.leaks)
		r.leaks = append(r.leaks, l)
	} else if r.leaks[i].latent && !l.latent {
		r.leaks[i] = l
	}
}

// AddLatent records a latent leak: something is kept, but nothing in sight shows
// that it happens again and again. It is no finding; see [Result]. It has no
// fix, since programs that apply fixes do not ask how sure a diagnostic is.
func (r *Reporter) AddLatent(l Leak) {
	l.latent, l.Fix = true, nil
	r.Add(l)
}

// Withhold counts a leak that is a finding only if a flag of the analyzer, such
// as "-timerleak.collectable", asks for it; what is the plural noun for all of
// these. Suppression comments silence it as any other.
func (r *Reporter) Withhold(l Leak, what, flag string) {
	if l.Pos.IsValid() && r.Shown(l.Pos, l.Category) {
		r.held = withheld{r.held.n + 1, what, flag}
	}
}

// Use records how the package uses functions that decide on leaks in packages that it
// imports: see [Leak].
func (r *Reporter) Use(uses []Use) { r.uses = uses }

// Key returns what tells a leak from others of its analyzer.
func (r *Reporter) Key(l Leak) string { return r.pass.Fset.Position(l.Pos).String() }

// Flush reports the recorded leaks in source order, and the suppression
// comments that there is no need or no reason for. It comes last, when all that
// could be silenced was asked for. What it returns is the result of the
// analyzer. Latent leaks are in it, and reported only if the flag asks for them;
// those that another package tells are in it only.
func (r *Reporter) Flush() *Result {
	r.idle()
	slices.SortStableFunc(r.leaks, func(a, b Leak) int {
		pa, pb := r.pass.Fset.Position(a.Pos), r.pass.Fset.Position(b.Pos)
		return cmp.Or(strings.Compare(pa.Filename, pb.Filename), cmp.Compare(pa.Offset, pb.Offset), strings.Compare(a.Category, b.Category))
	})
	result := &Result{held: r.held, uses: r.uses, silenced: slices.Compact(slices.Sorted(slices.Values(r.silenced))), origins: make(map[place]token.Position), presumed: make(map[place][]string), onlyBy: make(map[place][]string), unless: make(map[place][]string)}
	shown := showsLatent(r.pass.Analyzer)
	for _, l := range r.leaks {
		d := l.diagnostic(r.pass.Analyzer)
		if l.latent {
			result.latent = append(result.latent, d)
		}
		if l.Origin.IsValid() {
			result.origins[place{l.Pos, l.Category}] = l.Origin
		}
		if l.Presumed != nil {
			result.presumed[place{l.Pos, l.Category}] = l.Presumed
		}
		if l.OnlyBy != nil {
			result.onlyBy[place{l.Pos, l.Category}] = l.OnlyBy
		}
		switch {
		case l.Unless != nil:
			result.pending = append(result.pending, d)
			result.unless[place{l.Pos, l.Category}] = l.Unless
		case l.Told:
			result.told = append(result.told, d)
		case !l.latent || shown:
			r.pass.Report(d)
		}
	}
	r.leaks, r.held = nil, withheld{}
	clear(r.at)
	return result
}

func (l Leak) diagnostic(a *analysis.Analyzer) analysis.Diagnostic {
	d := analysis.Diagnostic{
		Pos:      l.Pos,
		End:      l.End,
		Category: l.Category,
		Message:  l.message(a.Name),
		URL:      a.URL + "#" + l.Category,
	}
	for _, n := range l.Notes {
		if n.Pos.IsValid() {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: n.Pos, End: n.End, Message: n.Text})
		}
	}
	if l.Fix != nil {
		d.SuggestedFixes = []analysis.SuggestedFix{{Message: l.Fix.Title, TextEdits: l.Fix.Edits}}
	}
	return d
}

// message returns the text of the finding. The path loses names from its
// middle, then disappears, before the text gets longer than it may.
func (l Leak) message(analyzer string) string {
	tail := " (" + analyzer + "/" + l.Category + ")"
	if l.latent {
		tail = " (" + analyzer + "/" + l.Category + ", latent)"
	}
	path := l.HeldBy
	if len(path) > maxNames {
		path = append(slices.Clone(path[:1]), path[len(path)-maxNames+1:]...)
	}
	for len(path) > 0 {
		if text := ascii(l.What + "; held by " + strings.Join(path, " -> ") + tail); len(text) <= maxMessage {
			return text
		}
		if len(path) == 1 {
			break
		}
		path = append(slices.Clone(path[:1]), path[2:]...)
	}
	what := l.What
	if over := len(what) + len(tail) - maxMessage; over > 0 && over < len(what) {
		what = what[:len(what)-over] // a name of that length is in the source, too
	}
	return ascii(what + tail)
}

// ascii keeps messages plain: names in Go may be any letters.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
