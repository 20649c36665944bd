//go:build go1.24

package main

import "github.com/memlint/memlint/eval/truth/leaks"

var table = leaks.NewTable()

// runtime.AddCleanup and package weak came with Go 1.24.
var cleanups = []test{
	{category: "closurecapture/self-reference", leak: leaks.CleanupArg, fixed: leaks.CleanupArgFixed, bytes: large},
	{category: "closurecapture/self-reference", leak: leaks.CleanupBound, fixed: leaks.CleanupBoundFixed, bytes: large, panics: 26},
	{category: "closurecapture/self-reference", leak: leaks.CleanupCaptures, fixed: leaks.CleanupCapturesFixed, bytes: large, panics: 26},
	{category: "fieldgrowth/only-grows", leak: table.FieldByPointer, fixed: table.FieldByPointerFixed, bytes: large},
	{category: "globalgrowth/map-only-grows", leak: leaks.TagByPointer, fixed: leaks.TagByPointerFixed, bytes: large},
}
