// Package skeleton leaves out of Go files what no importer sees: the bodies of
// functions, which are most of the text.
//
// It looks at the text alone, and is many times faster than a parser. What is no
// Go may lose more or less than that, or nothing.
package skeleton

import (
	"bytes"
	"crypto/sha256"
)

// Strip returns the text of a file with a blank for each byte in the bodies of
// declared functions, so that all that remains is where it was. Lines stay, too.
func Strip(src []byte) []byte {
	out := bytes.Clone(src)
	for start, end := range bodies(src) {
		for i := start; i < end; i++ {
			if out[i] != '\n' {
				out[i] = ' '
			}
		}
	}
	return out
}

// Sum returns a hash of what decides on the declarations in a file: its text
// without bodies, comments and layout. What says for which versions of Go the file
// is counts, too. Where declarations are does not.
func Sum(src []byte) [sha256.Size]byte {
	h := sha256.New()
	var text []byte // since the last hash of it
	space, line := false, false
	lexer := lexer{src: cut(src)}
	for lexer.next() {
		token := lexer.src[lexer.start:lexer.end]
		switch {
		case bytes.HasPrefix(token, []byte("//go:build")), bytes.HasPrefix(token, []byte("// +build")):
			text = append(text, token...)
			fallthrough
		case isBlank(token), lexer.isComment:
			space, line = true, line || bytes.IndexByte(token, '\n') >= 0
			continue
		}
		if line {
			text = append(text, '\n') // it may end a statement
		} else if space {
			text = append(text, ' ')
		}
		space, line = false, false
		text = append(text, token...)
		if len(text) > 4<<10 {
			h.Write(text)
			text = text[:0]
		}
	}
	h.Write(text)
	return [sha256.Size]byte(h.Sum(nil))
}

// cut returns the text of a file without the bodies of declared functions.
func cut(src []byte) []byte {
	var out []byte
	from := 0
	for start, end := range bodies(src) {
		out = append(out, src[from:start]...)
		from = end
	}
	return append(out, src[from:]...)
}

// bodies yields the offsets of the text in the braces of each function that is
// declared.
func bodies(src []byte) func(yield func(start, end int) bool) {
	return func(yield func(start, end int) bool) {
		lexer := lexer{src: src}
		depth := 0        // of parentheses, brackets and braces
		first := true     // in its line
		declares := false // reads what comes before the body
		isType := false   // what comes is the brace of a type
		for lexer.next() {
			token := src[lexer.start:lexer.end]
			if lexer.isComment || isBlank(token) {
				if depth == 0 && bytes.IndexByte(token, '\n') >= 0 {
					first, declares = true, false
				}
				continue
			}
			switch token[0] {
			case '(', '[':
				depth++
			case ')', ']', '}':
				depth--
			case '{':
				if !declares || isType || depth > 0 {
					depth++
					break
				}
				start := lexer.end
				end := lexer.matching()
				if !yield(start, end) {
					return
				}
				declares = false
			default:
				if first && depth == 0 && string(token) == "func" {
					declares = true
				}
			}
			isType = string(token) == "struct" || string(token) == "interface"
			first = false
		}
	}
}

// A lexer splits a text into words, literals, comments, blanks and other
// characters.
type lexer struct {
	src        []byte
	start, end int // of what is read
	isComment  bool
}

// next reads on and reports whether there is something left.
func (l *lexer) next() bool {
	l.start, l.isComment = l.end, false
	if l.start >= len(l.src) {
		return false
	}
	c := l.src[l.start]
	rest := l.src[l.start:]
	switch {
	case isBlank(rest[:1]):
		l.end++
		for l.end < len(l.src) && isBlank(l.src[l.end:l.end+1]) {
			l.end++
		}
	case isWord(c):
		l.end++
		for l.end < len(l.src) && isWord(l.src[l.end]) {
			l.end++
		}
	case c == '/' && len(rest) > 1 && rest[1] == '/':
		l.isComment = true
		l.upTo("\n", 2)
		if l.src[l.end-1] == '\n' {
			l.end-- // is a blank
		}
	case c == '/' && len(rest) > 1 && rest[1] == '*':
		l.isComment = true
		l.upTo("*/", 2)
	case c == '`':
		l.upTo("`", 1)
	case c == '"' || c == '\'':
		l.end++
		for l.end < len(l.src) {
			x := l.src[l.end]
			l.end++
			if x == '\\' {
				l.end++
			} else if x == c || x == '\n' {
				break
			}
		}
		l.end = min(l.end, len(l.src))
	default:
		l.end++
	}
	return true
}

// upTo reads up to the end of what is told apart by its end, which comes after the
// first n bytes.
func (l *lexer) upTo(end string, n int) {
	i := bytes.Index(l.src[l.start+n:], []byte(end))
	if i < 0 {
		l.end = len(l.src)
		return
	}
	l.end = l.start + n + i + len(end)
}

// matching reads up to the brace that matches the one that was read, and returns
// its offset.
func (l *lexer) matching() int {
	for depth := 1; l.next(); {
		switch l.src[l.start] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return l.start
			}
		}
	}
	return len(l.src)
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c >= 0x80
}

// isBlank reports whether a token is one of blanks.
func isBlank(token []byte) bool {
	switch token[0] {
	case ' ', '\t', '\n', '\r':
		return true
	}
	return false
}
