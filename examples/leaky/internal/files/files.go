// Package files keeps what users upload on disk.
package files

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
)

// A Store is a folder with files.
type Store struct {
	dir string

	mu       sync.Mutex
	describe map[string]func() string // by id
	fetched  map[string]int           // how often, by id
	titles   map[string]string        // first lines, by id
}

// NewStore returns the store in a folder.
func NewStore(dir string) *Store {
	return &Store{
		dir: dir, describe: make(map[string]func() string), fetched: make(map[string]int), titles: make(map[string]string),
	}
}

// Save stores a file and returns its id.
func (s *Store) Save(name string, r io.Reader) (id string, err error) {
	body, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(body)
	id = hex.EncodeToString(sum[:8])
	if err := os.WriteFile(filepath.Join(s.dir, id), body, 0o600); err != nil {
		return "", err
	}
	title, _, _ := strings.Cut(string(body), "\n")
	s.mu.Lock()
	defer s.mu.Unlock()
	// Leak: the first line is a part of the text, and keeps all of it.
	s.titles[id] = title
	// Leak: to know a length, the function keeps the whole body.
	s.describe[id] = func() string {
		return fmt.Sprintf("%s, %d bytes", name, len(body))
	}
	// Leak: Remove deletes the id from describe and forgets this one.
	s.fetched[id] = 0
	return id, nil
}

// Describe says what is known of a file, or nothing.
func (s *Store) Describe(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if describe := s.describe[id]; describe != nil {
		return fmt.Sprintf("%s: %s, fetched %d times", describe(), s.titles[id], s.fetched[id])
	}
	return ""
}

func (s *Store) count(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.fetched[id]; ok {
		s.fetched[id] = n + 1
	}
}

// Remove removes a file.
func (s *Store) Remove(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.describe[id] == nil {
		return fs.ErrNotExist
	}
	delete(s.describe, id)
	delete(s.titles, id)
	return os.Remove(filepath.Join(s.dir, id))
}

// A Copy is a compressed copy of a file. It is removed when nothing refers to
// the Copy any more.
type Copy struct {
	path string
}

// Compress returns a compressed copy of a file.
func (s *Store) Compress(id string) (*Copy, error) {
	if s.Describe(id) == "" {
		return nil, fs.ErrNotExist
	}
	in, err := os.Open(filepath.Join(s.dir, id))
	if err != nil {
		return nil, err
	}
	defer in.Close()
	out, err := os.CreateTemp(s.dir, id+"-*.gz")
	if err != nil {
		return nil, err
	}
	defer out.Close()
	s.count(id)
	c := &Copy{path: out.Name()}
	// Leak: the finalizer captures c instead of taking it, so c stays and it never runs.
	runtime.SetFinalizer(c, func(*Copy) {
		if err := os.Remove(c.path); err != nil {
			log.Printf("copy of %s: %v", id, err)
		}
	})

	z := gzip.NewWriter(out)
	if n, err := io.Copy(z, in); err != nil || n == 0 {
		return c, err // of nothing, the copy is empty
	}
	return c, z.Close()
}

// WriteTo writes the copy to w.
func (c *Copy) WriteTo(w io.Writer) (int64, error) {
	defer runtime.KeepAlive(c)
	// Leak: where there is nothing to write, the file stays open.
	f, err := os.Open(c.path)
	if err != nil {
		return 0, err
	}
	if info, err := f.Stat(); err != nil || info.Size() == 0 {
		return 0, fs.ErrNotExist
	}
	defer f.Close()
	return io.Copy(w, f)
}
