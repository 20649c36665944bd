package driver

import (
	"go/ast"
	"go/token"
	"reflect"

	"golang.org/x/tools/go/analysis"
)

// An outliner is the result type of an analyzer that, as those that require it,
// does not read all of a file. Outline returns what they read: the file itself,
// or a copy in which functions lack their bodies. It is asked of the zero value.
//
// Other bodies are not type-checked. The go command, which compiles everything,
// says what is wrong in them.
type outliner interface {
	Outline(*token.FileSet, *ast.File) *ast.File
}

// outlineOf returns what the analyzers, which are all that run, read of a file.
func outlineOf(analyzers []*analysis.Analyzer) func(*token.FileSet, *ast.File) *ast.File {
	whole := func(_ *token.FileSet, file *ast.File) *ast.File { return file }
	outline := whole
	for _, a := range analyzers {
		outliner := asOutliner(a)
		for _, req := range a.Requires {
			if outliner == nil {
				outliner = asOutliner(req)
			}
		}
		if outliner == nil {
			return whole
		}
		outline = outliner.Outline
	}
	return outline
}

func asOutliner(a *analysis.Analyzer) outliner {
	if a.ResultType == nil {
		return nil
	}
	o, _ := reflect.Zero(a.ResultType).Interface().(outliner)
	return o
}
