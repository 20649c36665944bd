// Package convention holds what programs agree on by their APIs: which
// functions a server calls for each request, which run a command, which draw a
// random number or read what comes from outside.
//
// What a program calls its own things says nothing about leaks. What it is
// called from does: a function of (http.ResponseWriter, *http.Request) runs once
// per request, whoever wrote it. This package is the one place where names
// decide, always together with a signature or an import path, so that what is
// known of a framework is a line here and a line nowhere else.
package convention

import (
	"go/types"
	"strings"
)

// typeOf returns "import/path.Name" of a named type, behind at most one
// pointer; the major version at the end of the path is left out. It returns ""
// for other types.
func typeOf(t types.Type) string {
	n := named(t)
	if n == nil || n.Obj().Pkg() == nil {
		return ""
	}
	return Path(n.Obj().Pkg()) + "." + n.Obj().Name()
}

func named(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// Unvendored returns the import path of a package without the folder that it is copied to: below
// GOPATH, that is part of the path.
func Unvendored(path string) string {
	for _, folder := range []string{"/vendor/", "/Godeps/_workspace/src/"} {
		if _, rest, ok := strings.Cut(path, folder); ok {
			return rest
		}
	}
	return path
}

// Path returns the import path of a package without a major version, or the
// vendor folder that it is in.
func Path(pkg *types.Package) string {
	path := Unvendored(pkg.Path())
	if i := strings.LastIndex(path, "/v"); i >= 0 && isNumber(path[i+2:]) {
		return path[:i]
	}
	if i := strings.LastIndex(path, ".v"); i >= 0 && isNumber(path[i+2:]) { // gopkg.in
		return path[:i]
	}
	if head, tail, ok := cutVersion(path); ok {
		return head + "/" + tail
	}
	return path
}

// cutVersion cuts a path at an element like v5.
func cutVersion(path string) (head, tail string, ok bool) {
	for i := 0; i < len(path); {
		end := strings.IndexByte(path[i:], '/')
		if end < 0 {
			return "", "", false
		}
		if elem := path[i : i+end]; len(elem) > 1 && elem[0] == 'v' && isNumber(elem[1:]) && i > 0 {
			return path[:i-1], path[i+end+1:], true
		}
		i += end + 1
	}
	return "", "", false
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// IsStd reports whether a package of that path belongs to the standard library.
func IsStd(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".")
}

// Importable reports whether packages of other modules can import pkg: it is
// no command and not internal.
func Importable(pkg *types.Package) bool {
	return pkg.Name() != "main" && !strings.Contains("/"+pkg.Path()+"/", "/internal/")
}
