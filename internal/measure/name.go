package measure

import (
	"net/url"
	"strconv"
	"strings"
)

// A name is one of the runtime, taken apart. A literal has the name of the function around
// it, and a number. If it was inlined, that is the name of the function that it came to,
// then come those of the functions that were inlined on the way, and the number is what it
// is for the first. See closureName in
// https://go.googlesource.com/go/+/refs/tags/go1.26.0/src/cmd/compile/internal/ir/func.go.
type name struct {
	path     string   // of the package
	own      string   // of the declared function, "F", "T.M" or "init.0"; "" if something was inlined
	inner    []string // what the innermost one may be called, the likeliest first; none if it is of variables
	literals []int    // the numbers of literals, from the outermost to the innermost; 0 for what is none
	part     bool     // it does not begin where the function does: the body of a loop, a wrapper
}

// named takes a name of the runtime apart.
func (m *Module) named(text string) name {
	n, ok := m.names[text]
	if !ok {
		n = parse(text)
		m.names[text] = n
	}
	return n
}

func parse(text string) name {
	text = withoutBrackets(text)
	slash := strings.LastIndexByte(text, '/') + 1
	dot := strings.IndexByte(text[slash:], '.')
	if dot < 0 {
		return name{}
	}
	n := name{path: text[:slash+dot]}
	if unescaped, err := url.PathUnescape(n.path); err == nil {
		n.path = unescaped
	}
	var names []string
	inlined := false
	for part := range strings.SplitSeq(strings.TrimSuffix(text[slash+dot+1:], "-fm"), ".") {
		part, _, n.part = strings.Cut(part, "-range")
		digits := strings.TrimPrefix(part, "func")
		wrapped := strings.TrimPrefix(strings.TrimPrefix(part, "gowrap"), "deferwrap")
		switch {
		case part == "":
		case len(names) == 0 || !isNumber(digits) && !isNumber(wrapped):
			inlined = inlined || len(n.literals) > 0
			names = append(names, strings.TrimRight(strings.TrimLeft(part, "(*"), ")"))
		case len(names) == 1 && names[0] == "init" && digits == part && len(n.literals) == 0:
			names[0] += "." + part
		case isNumber(digits):
			inlined = inlined || len(n.literals) > 0 && digits != part
			number, _ := strconv.Atoi(digits)
			n.literals = append(n.literals, number)
		default:
			n.part = true
			n.literals = append(n.literals, 0)
		}
	}
	last := len(names) - 1
	switch {
	case last < 0:
	case last == 0 && (names[0] == "init" || strings.Contains(text, ".glob..")):
		n.part = n.part || len(n.literals) == 0
	case last == 0:
		n.inner = names
	default:
		n.inner = []string{names[last-1] + "." + names[last], names[last]}
	}
	if last <= 1 && !inlined && len(n.inner) > 0 {
		n.own = n.inner[0]
	}
	return n
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 31)
	return err == nil
}

// called returns how a line names the function that it calls; "" if it is a literal.
func called(text string) string {
	n := parse(text)
	if len(n.literals) > 0 || len(n.inner) == 0 {
		return ""
	}
	return n.inner[len(n.inner)-1][strings.LastIndexByte(n.inner[len(n.inner)-1], '.')+1:]
}

// withoutBrackets leaves out type arguments.
func withoutBrackets(name string) string {
	if !strings.Contains(name, "[") {
		return name
	}
	depth := 0
	return strings.Map(func(r rune) rune {
		switch r {
		case '[':
			depth++
			return -1
		case ']':
			depth--
			return -1
		}
		if depth > 0 {
			return -1
		}
		return r
	}, name)
}
