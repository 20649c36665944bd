package summary

import (
	"bytes"
	"strings"
)

// A line is a small part.
//
// effects(part p0 -> r0)
func line(s string) string {
	head, _, _ := strings.Cut(s, "\n")
	return head
}

// What is trimmed is nearly all.
//
// effects(part p0 all -> r0)
func trimmed(s string) string { return strings.TrimSpace(s) }

// Nobody knows how much is left.
//
// effects(return p0 -> r0, part p0 some -> r0)
func rest(b []byte, n int) []byte { return b[n:] }

// effects(return p0 -> r0, part p0 -> r0)
func magic(b []byte) []byte { return b[:min(len(b), 8)] }

// What a copy is made of is not kept.
//
// effects()
func cloned(b []byte) []byte { return bytes.Clone(b[:8]) }

// A string of bytes is a copy. What is cut from it keeps that.
//
// effects(part p0 -> r0)
func word(b []byte) string { return strings.Fields(string(b))[0] }
