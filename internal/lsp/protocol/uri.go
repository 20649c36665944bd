package protocol

import (
	"net/url"
	"path/filepath"
	"strings"
)

// A URI names a document.
type URI string

// FileURI returns the URI of a file, whose name is absolute.
func FileURI(name string) URI {
	name = filepath.ToSlash(name)
	if !strings.HasPrefix(name, "/") {
		name = "/" + name // C:/x
	}
	return URI((&url.URL{Scheme: "file", Path: name}).String())
}

// File returns the name of the file, absolute and clean. It is not ok if uri
// names something else, such as a buffer that has no file yet.
func (uri URI) File() (name string, ok bool) {
	u, err := url.Parse(string(uri))
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/") {
		return "", false
	}
	name = u.Path
	if len(name) > 2 && name[2] == ':' && isLetter(name[1]) {
		name = strings.ToUpper(name[1:2]) + name[2:] // editors differ
	}
	return filepath.Clean(filepath.FromSlash(name)), true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
