//go:build unix

package profile_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/memlint/memlint/internal/profile"
)

// A pipe in a folder is passed over: nobody may ever write to it.
func TestOpenPipe(t *testing.T) {
	dir := folder(t, map[string]string{"a.txt": goroutine})
	if err := syscall.Mkfifo(filepath.Join(dir, "b.txt"), 0o666); err != nil {
		t.Skip(err)
	}
	if read, errs := profile.Open(dir); len(read) != 1 || errs != nil {
		t.Errorf("%d profiles, %v", len(read), errs)
	}
}
