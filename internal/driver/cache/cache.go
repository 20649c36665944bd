// Package cache keeps bytes on disk under the hash of all that they depend on.
//
// It cannot fail: what cannot be read, or is damaged, is not there, and what
// cannot be written is not kept. An entry is one file, written under another
// name first and then renamed, and begins with the hash of the rest; so any
// number of processes may read, write, trim and clean at a time. Entries that
// are not used are removed, those that were not for longest first.
//
// The go command's own cache, which there are copies of as libraries, does not
// bound its size, writes entries in place, two files for each, and makes 256
// folders whenever it is opened, which takes longer than a warm run may.
package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Key is the hash of all that an entry depends on.
type Key [sha256.Size]byte

const (
	maxSize    = 1 << 30
	maxAge     = 30 * 24 * time.Hour // since the last use
	precision  = time.Hour           // of the time of the last use, and between trims
	trimmed    = "trimmed"           // file whose time is that of the last trim
	tempPrefix = "new-"
)

// A Cache is a folder of entries. The folder is made with the first entry. A
// nil Cache keeps nothing.
type Cache struct {
	dir string
	max int64
	now func() time.Time
}

// Open returns the cache in dir.
func Open(dir string) *Cache {
	return &Cache{dir: dir, max: maxSize, now: time.Now}
}

func (c *Cache) file(k Key) string {
	name := hex.EncodeToString(k[:])
	return filepath.Join(c.dir, name[:2], name)
}

// Get returns what was put under k.
func (c *Cache) Get(k Key) (data []byte, ok bool) {
	if c == nil {
		return nil, false
	}
	name := c.file(k)
	data, err := os.ReadFile(name)
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	sum, data := data[:sha256.Size], data[sha256.Size:]
	if actual := sha256.Sum256(data); !bytes.Equal(sum, actual[:]) {
		return nil, false
	}
	c.Use(k)
	return data, true
}

// Use marks what is under k as used, as Get does, and reports whether it was not
// for a while.
func (c *Cache) Use(k Key) (first bool) {
	if c == nil {
		return false
	}
	name, now := c.file(k), c.now()
	info, err := os.Stat(name)
	return err == nil && now.Sub(info.ModTime()) > precision && os.Chtimes(name, now, now) == nil
}

// Has reports whether something was put under k, which counts as using it. That it
// is damaged is left for Get to see.
func (c *Cache) Has(k Key) bool {
	if c == nil {
		return false
	}
	c.Use(k)
	_, err := os.Stat(c.file(k))
	return err == nil
}

// IsEmpty reports whether nothing was ever put into the cache.
func (c *Cache) IsEmpty() bool {
	if c == nil {
		return true
	}
	entries, _ := os.ReadDir(c.dir)
	return len(entries) == 0
}

// Put keeps data under k, in place of what is there, and reports whether it could.
func (c *Cache) Put(k Key, data []byte) bool {
	if c == nil {
		return false
	}
	name := c.file(k)
	if os.MkdirAll(filepath.Dir(name), 0o777) != nil {
		return false
	}
	tmp, err := os.CreateTemp(c.dir, tempPrefix+"*")
	if err != nil {
		return false
	}
	sum := sha256.Sum256(data)
	_, err = tmp.Write(append(sum[:], data...))
	if err = cmp.Or(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		os.Remove(tmp.Name())
	}
	return err == nil
}

// Trim removes what was not used for long and, if what remains is too large,
// what was not used for longest. It does nothing if it was called not long ago.
func (c *Cache) Trim() {
	if c == nil {
		return
	}
	now := c.now()
	stamp := filepath.Join(c.dir, trimmed)
	if info, err := os.Stat(stamp); err == nil && now.Sub(info.ModTime()) < precision {
		return
	}
	if os.WriteFile(stamp, nil, 0o666) != nil || os.Chtimes(stamp, now, now) != nil {
		return
	}
	type entry struct {
		name string
		size int64
		used time.Time
	}
	var entries []entry
	var size int64
	c.each(func(name string, info fs.FileInfo) {
		limit := maxAge
		if strings.HasPrefix(filepath.Base(name), tempPrefix) {
			limit = precision // of a process that is gone
		}
		if now.Sub(info.ModTime()) > limit {
			os.Remove(name)
			return
		}
		entries = append(entries, entry{name, info.Size(), info.ModTime()})
		size += info.Size()
	})
	if size <= c.max {
		return
	}
	slices.SortFunc(entries, func(x, y entry) int { return x.used.Compare(y.used) })
	for _, e := range entries {
		if size <= c.max/4*3 { // not again with the next entry
			break
		}
		os.Remove(e.name)
		size -= e.size
	}
}

// Clean removes all entries, and the folder if nothing else is in it.
func (c *Cache) Clean() error {
	var first error
	remove := func(name string) {
		if err := os.Remove(name); err != nil && !os.IsNotExist(err) && first == nil {
			first = err
		}
	}
	c.each(func(name string, _ fs.FileInfo) { remove(name) })
	remove(filepath.Join(c.dir, trimmed))
	folders, _ := os.ReadDir(c.dir)
	for _, f := range folders {
		if f.IsDir() && isHex(f.Name(), 2) {
			os.Remove(filepath.Join(c.dir, f.Name())) // unless something else is in it
		}
	}
	os.Remove(c.dir)
	return first
}

// each calls f for each file that an entry is in or was to be. Of other files,
// which are there if somebody names a folder that is used otherwise, it knows
// nothing.
func (c *Cache) each(f func(name string, info fs.FileInfo)) {
	filepath.WalkDir(c.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == c.dir {
			return nil
		}
		if d.IsDir() {
			if filepath.Dir(name) != c.dir || !isHex(d.Name(), 2) {
				return fs.SkipDir
			}
			return nil
		}
		inRoot := filepath.Dir(name) == c.dir
		if inRoot && strings.HasPrefix(d.Name(), tempPrefix) || !inRoot && isHex(d.Name(), 2*sha256.Size) {
			if info, err := d.Info(); err == nil {
				f(name, info)
			}
		}
		return nil
	})
}

func isHex(s string, n int) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == n
}
