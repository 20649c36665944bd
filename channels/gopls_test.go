package channels

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
)

var goplsInside = sync.OnceValues(func() (string, error) {
	return build(filepath.Join("..", "gopls"), "gopls-memlint", ".")
})

// gopls runs gopls with memlint inside. What it prints is what editors show;
// that they do is for the tests of its own folder.
func gopls(t *testing.T, dir string) []string {
	program, err := goplsInside()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"check"}
	err = fs.WalkDir(os.DirFS(dir), ".", func(file string, d fs.DirEntry, err error) error {
		if filepath.Ext(file) == ".go" {
			args = append(args, filepath.FromSlash(file))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := run(t, dir, []string{"GOPLSCACHE=" + filepath.Join(binaries, "gopls-cache")}, program, args...)
	if code != 0 {
		t.Fatalf("exit code %d\n%s", code, stderr)
	}
	var list []string
	for _, m := range goplsFinding.FindAllStringSubmatch(stdout, -1) {
		list = append(list, finding(t, dir, m[1], m[2]))
	}
	return unique(list)
}

// goplsFinding is a finding of memlint; what gopls finds itself has no category
// in the message. The position has an end.
var goplsFinding = regexp.MustCompile(`(?m)^(\S+\.go:\d+:\d+)(?:-[\d:]+)?: (.* \(\w+/[a-z-]+\))$`)
