package report

import (
	"go/token"
	"testing"
)

func TestSort(t *testing.T) {
	at := func(file string, line int, analyzer, message string) Finding {
		return Finding{Analyzer: analyzer, Message: message, Pos: token.Position{Filename: file, Line: line, Column: 1}}
	}
	got := Sort([]Finding{
		at("b.go", 1, "x", "m"),
		at("a.go", 10, "x", "m"),
		at("a.go", 9, "y", "m"),
		at("a.go", 9, "x", "m"),
		at("a.go", 9, "x", "other"),
		at("a.go", 10, "x", "m"), // again
	})
	want := []Finding{
		at("a.go", 9, "x", "m"),
		at("a.go", 9, "x", "other"),
		at("a.go", 9, "y", "m"),
		at("a.go", 10, "x", "m"),
		at("b.go", 1, "x", "m"),
	}
	if len(got) != len(want) {
		t.Fatalf("got %d findings, want %d: %v", len(got), len(want), got)
	}
	for i := range want {
		if got[i].Pos != want[i].Pos || got[i].Analyzer != want[i].Analyzer || got[i].Message != want[i].Message {
			t.Errorf("%d: got %v, want %v", i, got[i], want[i])
		}
	}
}
