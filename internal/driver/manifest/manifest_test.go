package manifest

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestHolds checks which changes of a tree are seen: whatever is added, removed
// or written, however much it looks like what was there.
func TestHolds(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		t.Skip("no time of the last change")
	}
	for _, test := range []struct {
		name   string
		change func(dir string) error
		want   bool
	}{
		{"nothing", func(string) error { return nil }, true},
		{"read", func(dir string) error {
			_, err := os.ReadFile(filepath.Join(dir, "file"))
			return err
		}, true},
		{"file of another folder", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "folder", "sub", "new"), nil, 0o666)
		}, true},
		{"written", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "file"), []byte("other"), 0o666)
		}, false},
		{"written and dated back", func(dir string) error {
			name := filepath.Join(dir, "file")
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			if err := os.WriteFile(name, []byte("TEXT"), 0o666); err != nil {
				return err
			}
			return os.Chtimes(name, info.ModTime(), info.ModTime())
		}, false},
		{"replaced and dated back", func(dir string) error {
			name := filepath.Join(dir, "file")
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			if err := os.WriteFile(name+".new", []byte("TEXT"), 0o666); err != nil {
				return err
			}
			if err := os.Chtimes(name+".new", info.ModTime(), info.ModTime()); err != nil {
				return err
			}
			return os.Rename(name+".new", name)
		}, false},
		{"removed", func(dir string) error { return os.Remove(filepath.Join(dir, "file")) }, false},
		{"made", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "missing"), nil, 0o666)
		}, false},
		{"file in a folder", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "folder", "new"), nil, 0o666)
		}, false},
		{"folder in a folder", func(dir string) error {
			return os.Mkdir(filepath.Join(dir, "folder", "new"), 0o777)
		}, false},
		{"file of a folder removed", func(dir string) error {
			return os.Remove(filepath.Join(dir, "folder", "in"))
		}, false},
		{"file of a folder renamed", func(dir string) error {
			return os.Rename(filepath.Join(dir, "folder", "in"), filepath.Join(dir, "folder", "out"))
		}, false},
		{"link", func(dir string) error {
			name := filepath.Join(dir, "link")
			if err := os.Remove(name); err != nil {
				return err
			}
			return os.Symlink("other", name)
		}, false},
		{"what a link leads to", func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "target"), []byte("TEXT"), 0o666)
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := tree(t)
			m, ok := Take(names(dir), time.Now())
			if !ok {
				t.Fatal("not taken")
			}
			if !m.Holds() {
				t.Error("does not hold before the change")
			}
			if err := test.change(dir); err != nil {
				t.Fatal(err)
			}
			if got := m.Holds(); got != test.want {
				t.Errorf("holds: %t, want %t", got, test.want)
			}
		})
	}
}

// TestYoung checks that there is no manifest of what may have changed while it
// was read.
func TestYoung(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" {
		t.Skip("no time of the last change")
	}
	dir := tree(t)
	read := time.Now()
	if _, ok := Take(names(dir), read); !ok {
		t.Fatal("not taken")
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("TEXT"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, ok := Take(names(dir), read); ok {
		t.Error("taken of a file that changed after it was read")
	}
	if _, ok := Take(names(dir), time.Now()); ok {
		t.Error("taken of a file that changed just before it was read")
	}
}

// TestSettled checks that coarse clocks count as such.
func TestSettled(t *testing.T) {
	for _, test := range []struct {
		nanos int64
		want  time.Duration
	}{{1, 100*time.Millisecond + 1}, {0, 2 * time.Second}} {
		s := stamp{Changed: 1000, ChangedNanos: test.nanos}
		if got := s.settled().Sub(time.Unix(1000, 0)); got != test.want {
			t.Errorf("%d ns: settled after %v, want %v", test.nanos, got, test.want)
		}
	}
}

func names(dir string) []string {
	var names []string
	for _, name := range []string{"file", "missing", "folder", "link", "missing", "folder/in"} {
		names = append(names, filepath.Join(dir, filepath.FromSlash(name)))
	}
	return names
}

// tree makes files and folders that are old enough.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "folder", "sub"), 0o777); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "target", "other", "folder/in"} {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte("text"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("target", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	time.Sleep(150 * time.Millisecond)
	return dir
}
