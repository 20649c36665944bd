package driver

import (
	"slices"
	"strings"
)

// adopt makes modules of the repository that are replaced by a folder what those of a
// workspace are: modules whose sources are at hand, and which change together.
func adopt(packages []*listPackage) {
	var main []string
	for _, p := range packages {
		if p.Module != nil && p.Module.Main && !slices.Contains(main, p.Module.Path) {
			main = append(main, p.Module.Path)
		}
	}
	for _, p := range packages {
		m := p.Module
		if m == nil || m.Replace == nil || m.Replace.Version != "" || !slices.ContainsFunc(main, func(path string) bool { return siblings(path, m.Path) }) {
			continue
		}
		ours := *m
		ours.Main, ours.Version = true, ""
		p.Module = &ours
	}
}

// siblings reports whether the paths of two modules begin with the same host and name, as those
// of one repository or owner do.
func siblings(a, b string) bool {
	return origin(a) != "" && origin(a) == origin(b)
}

func origin(path string) string {
	host, rest, ok := strings.Cut(path, "/")
	if !ok || !strings.Contains(host, ".") {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return host + "/" + name
}
