package driver

import (
	"testing"

	"golang.org/x/tools/go/analysis"
)

// TestAdopt checks which modules that are replaced by a folder count as the project's own.
func TestAdopt(t *testing.T) {
	folder, fork := &analysis.Module{Path: "../server"}, &analysis.Module{Path: "example.org/fork", Version: "v1.0.0"}
	main := &listPackage{Module: &analysis.Module{Path: "example.com/project/tool/v3", Main: true}}
	for _, test := range []struct {
		name   string
		module analysis.Module
		want   bool
	}{
		{"of the repository", analysis.Module{Path: "example.com/project/server/v3", Version: "v3.5.0", Replace: folder}, true},
		{"of somebody else", analysis.Module{Path: "example.com/other", Version: "v1.0.0", Replace: folder}, false},
		{"replaced by a version", analysis.Module{Path: "example.com/project/api", Version: "v1.0.0", Replace: fork}, false},
		{"not replaced", analysis.Module{Path: "example.com/project/api", Version: "v1.0.0"}, false},
	} {
		p := &listPackage{Module: &test.module}
		adopt([]*listPackage{{}, p, main})
		if got := p.Module.Main && p.Module.Version == ""; got != test.want {
			t.Errorf("%s: %t, want %t", test.name, got, test.want)
		}
		if test.module.Main {
			t.Errorf("%s: the module itself is changed", test.name)
		}
	}
}

// TestIsOurs checks what counts as the project's own where there are no modules.
func TestIsOurs(t *testing.T) {
	for _, test := range []struct {
		p    listPackage
		want bool
	}{
		{listPackage{ImportPath: "example.com/project/store"}, true},
		{listPackage{ImportPath: "example.com/project/vendor/example.org/lib"}, false},
		{listPackage{ImportPath: "example.com/project/Godeps/_workspace/src/example.org/lib"}, false},
		{listPackage{ImportPath: "net/http", Standard: true}, false},
		{listPackage{ImportPath: "example.com/project/gone", Error: &listError{Err: "no such package"}}, false},
		{listPackage{ImportPath: "example.org/lib", Module: &analysis.Module{Path: "example.org/lib", Version: "v1.0.0"}}, false},
	} {
		test.p.GoFiles = []string{"a.go"}
		if got := test.p.isOurs(); got != test.want {
			t.Errorf("%s: %t, want %t", test.p.ImportPath, got, test.want)
		}
	}
}
