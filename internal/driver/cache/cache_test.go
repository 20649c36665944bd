package cache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func key(s string) Key { return sha256.Sum256([]byte(s)) }

func TestGetPut(t *testing.T) {
	c := Open(filepath.Join(t.TempDir(), "not", "there"))
	c.Trim()
	if _, ok := c.Get(key("a")); ok {
		t.Error("an empty cache has an entry")
	}
	for _, data := range []string{"one", "", "another"} {
		c.Put(key("a"), []byte(data))
		if got, ok := c.Get(key("a")); !ok || string(got) != data {
			t.Errorf("got %q, %t, want %q", got, ok, data)
		}
	}
	if _, ok := c.Get(key("b")); ok {
		t.Error("one key finds the entry of another")
	}
}

func TestNil(t *testing.T) {
	var c *Cache
	c.Put(key("a"), nil)
	c.Trim()
	if _, ok := c.Get(key("a")); ok || c.Use(key("a")) {
		t.Error("no cache has an entry")
	}
}

// TestDamaged checks that no byte of an entry can change unnoticed.
func TestDamaged(t *testing.T) {
	c := Open(t.TempDir())
	c.Put(key("a"), []byte("data"))
	name := c.file(key("a"))
	good, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	bad := [][]byte{nil, good[:10], good[:len(good)-1], append(bytes.Clone(good), 0)}
	for i := range good {
		b := bytes.Clone(good)
		b[i]++
		bad = append(bad, b)
	}
	for _, b := range bad {
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
		if data, ok := c.Get(key("a")); ok {
			t.Errorf("%x is read as %q", b, data)
		}
	}
	c.Put(key("a"), []byte("data"))
	if _, ok := c.Get(key("a")); !ok {
		t.Error("a damaged entry is not replaced")
	}
}

// TestAtomic checks that an entry is written beside the one that is there, which
// somebody may be reading.
func TestAtomic(t *testing.T) {
	c := Open(t.TempDir())
	c.Put(key("a"), []byte("data"))
	want, err := os.ReadFile(c.file(key("a")))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(c.file(key("a")))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c.Put(key("a"), []byte("other data"))
	if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the entry that was opened before is now %q, %v", got, err)
	}
	if left, err := filepath.Glob(filepath.Join(c.dir, tempPrefix+"*")); err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// TestUnusable checks that a folder that is none is no error.
func TestUnusable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	c := Open(file)
	c.Put(key("a"), nil)
	c.Trim()
	if _, ok := c.Get(key("a")); ok {
		t.Error("got an entry")
	}
}

func TestTrim(t *testing.T) {
	c := Open(t.TempDir())
	c.max = 10 * (1000 + sha256.Size)
	now := time.Now()
	c.now = func() time.Time { return now }
	put := func(i int) {
		c.Put(key(fmt.Sprint(i)), make([]byte, 1000))
		os.Chtimes(c.file(key(fmt.Sprint(i))), now, now)
	}
	has := func(i int) bool {
		_, err := os.Stat(c.file(key(fmt.Sprint(i))))
		return err == nil
	}
	put(0)
	left := filepath.Join(c.dir, tempPrefix+"1")
	other := filepath.Join(c.dir, "other")
	for _, name := range []string{left, other} {
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
		os.Chtimes(name, now, now)
	}
	now = now.Add(maxAge + time.Minute)
	for i := 1; i <= 10; i++ {
		put(i)
		now = now.Add(time.Minute)
	}
	c.Trim()
	if _, err := os.Stat(left); err == nil || has(0) {
		t.Error("what is too old is kept")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("a file that is no entry is removed")
	}
	for i := 1; i <= 10; i++ {
		if !has(i) {
			t.Errorf("%d is removed from a cache that is not too large", i)
		}
	}

	put(11)
	c.Trim()
	if !has(1) {
		t.Error("trimmed twice in an hour")
	}
	now = now.Add(2 * precision)
	if _, ok := c.Get(key("1")); !ok {
		t.Error("1 is gone")
	}
	c.Trim()
	for i := 1; i <= 11; i++ {
		if want := i == 1 || i > 5; has(i) != want { // 1 was used
			t.Errorf("%d is kept: %t", i, !want)
		}
	}
}

// TestUse checks that entries stay that are marked as used, and that this is done
// once in a while.
func TestUse(t *testing.T) {
	c := Open(t.TempDir())
	now := time.Now()
	c.now = func() time.Time { return now }
	if c.Use(key("a")) {
		t.Error("what is not there is used")
	}
	c.Put(key("a"), nil)
	c.Put(key("b"), nil)
	for range 3 {
		if c.Use(key("a")) {
			t.Error("used for the first time, though it is new")
		}
		now = now.Add(maxAge * 2 / 3)
		if !c.Use(key("a")) {
			t.Error("not used for the first time in weeks")
		}
	}
	c.Trim()
	if _, ok := c.Get(key("a")); !ok {
		t.Error("what is used is removed")
	}
	if _, ok := c.Get(key("b")); ok {
		t.Error("what is not used is kept")
	}
}

func TestClean(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "ab", "other")
	if err := os.Mkdir(filepath.Dir(other), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	c := Open(dir)
	for i := range 100 {
		c.Put(key(fmt.Sprint(i)), nil)
	}
	c.Trim()
	if err := c.Clean(); err != nil {
		t.Fatal(err)
	}
	var left []string
	filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		left = append(left, name)
		return err
	})
	if len(left) != 3 || left[2] != other {
		t.Errorf("left are %v", left)
	}
	os.Remove(other)
	if err := c.Clean(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("an empty folder is left")
	}
	if err := c.Clean(); err != nil {
		t.Errorf("cleaning what is clean: %v", err)
	}
}

// TestConcurrent checks that what is read while others write, trim and clean
// is one of the things written.
func TestConcurrent(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			c := Open(dir)
			c.max = 1
			for n := range 50 {
				data := bytes.Repeat([]byte{byte(i)}, 10000)
				c.Put(key("a"), data)
				if data, ok := c.Get(key("a")); ok && !bytes.Equal(data, bytes.Repeat(data[:1], 10000)) {
					t.Error("entry is a mixture")
				}
				if n%10 == 9 {
					c.Trim()
				}
				if n == 25 && i == 0 {
					c.Clean()
				}
			}
		})
	}
	wg.Wait()
}
