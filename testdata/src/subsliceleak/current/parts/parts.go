// Package parts keeps what it finds in files.
package parts

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"

	"example.com/shortened/internal/head"
)

// A Shelf stays.
type Shelf struct {
	mu     sync.Mutex
	titles map[string]string
	seen   map[string]bool
	magic  [][]byte
	last   string
	whole  []byte
	any    sync.Map
	cards  []*card
	next   *card
}

type card struct{ title string }

func (s *Shelf) Slice(path string) error {
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 8 {
		return err
	}
	s.magic = append(s.magic, b[:8]) // want `part keeps all that os.ReadFile returned; held by Shelf.magic \(subsliceleak/small-of-large\)`
	return nil
}

// A conversion to a string copies, and what is cut from the copy keeps that.
func (s *Shelf) Cut(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	title, _, _ := strings.Cut(string(b), "\n")
	s.last = title // want `part keeps all that io.ReadAll returned; held by Shelf.last`
	return nil
}

func (s *Shelf) Key(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text := string(b)
	i := strings.IndexByte(text, ' ')
	s.seen[text[:i]] = true // want `part keeps all that os.ReadFile returned; held by Shelf.seen`
	return nil
}

var author = regexp.MustCompile(`author: (\w+)`)

func (s *Shelf) Match(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if m := author.FindStringSubmatch(string(b)); m != nil {
		s.any.Store(path, m[1]) // want `part keeps all that os.ReadFile returned; held by Shelf.any`
	}
	return nil
}

// Helpers of other packages take parts.
func (s *Shelf) Helper(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s.titles[path] = head.Line(string(b)) // want `part keeps all that os.ReadFile returned; held by Shelf.titles`
	s.titles[path] = head.Copy(string(b))
	return nil
}

// A helper of this package keeps it.
func (s *Shelf) Through(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s.set(path, head.Line(string(b))) // want `part keeps all that os.ReadFile returned; held by Shelf.titles`
	return nil
}

func (s *Shelf) set(path, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.titles[path] = title
}

// One line of many is picked.
func (s *Shelf) Pick(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		if title, ok := strings.CutPrefix(line, "title: "); ok {
			s.cards = append(s.cards, &card{title: title}) // want `part keeps all that os.ReadFile returned; held by Shelf.cards`
		}
	}
	return nil
}

// All lines are kept, and with them the file: nothing more than that.
func (s *Shelf) All(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, line := range strings.Split(string(b), "\n") {
		if line == "" {
			continue
		}
		s.cards = append(s.cards, &card{title: line})
	}
	return nil
}

// Copies keep nothing but themselves.
func (s *Shelf) Copies(path string) error {
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 8 {
		return err
	}
	s.last = string(b[:8])
	s.magic = append(s.magic, bytes.Clone(b[:8]), append([]byte(nil), b[:8]...))
	title, _, _ := strings.Cut(string(b), "\n")
	s.last = strings.Clone(title)
	return nil
}

// The whole is kept anyway.
func (s *Shelf) Whole(path string) error {
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 8 {
		return err
	}
	s.whole = b
	s.magic = append(s.magic, b[:8])
	return nil
}

// All but the ends is nearly all.
func (s *Shelf) Trimmed(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s.last = strings.TrimSpace(string(b))
	return nil
}

// What is read has a limit, or is known to be there.
func (s *Shelf) Limited(r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, 512))
	if err != nil {
		return err
	}
	s.last, _, _ = strings.Cut(string(b), "\n")
	b, err = os.ReadFile("/etc/hostname")
	s.last, _, _ = strings.Cut(string(b), "\n")
	return err
}

// Nothing is kept.
func Print(w io.Writer, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = w.Write(b[:min(len(b), 8)])
	return err
}

// An array has a size.
func (s *Shelf) Array(r io.Reader) error {
	var buf [1 << 20]byte
	_, err := io.ReadFull(r, buf[:])
	s.magic = append(s.magic, buf[:8]) // want `part keeps all 1 MiB of what it is of; held by Shelf.magic`
	return err
}

func (s *Shelf) SmallArray(r io.Reader) error {
	var buf [512]byte
	_, err := io.ReadFull(r, buf[:])
	s.magic = append(s.magic, buf[:8])
	return err
}

// Of each file one thing is kept: the whole only where that is meant.
func (s *Shelf) Kind(path, kind string) error {
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 8 {
		return err
	}
	switch kind {
	case "whole":
		s.whole = b
	case "magic":
		s.head(b)
	case "title":
		s.first(string(b))
	}
	return nil
}

func (s *Shelf) head(b []byte) {
	s.magic = append(s.magic, b[:8]) // want `part keeps all that os.ReadFile returned; held by Shelf.magic`
}

func (s *Shelf) first(text string) {
	title, _, _ := strings.Cut(text, "\n")
	s.last = title // want `part keeps all that os.ReadFile returned; held by Shelf.last`
}

// Both is fine: the whole is kept before, whatever it is.
func (s *Shelf) Both(path string, magic bool) error {
	b, err := os.ReadFile(path)
	if err != nil || len(b) < 8 {
		return err
	}
	s.whole = b
	if magic {
		s.head(b)
	}
	return nil
}

// Also is fine: the helper keeps the whole, too.
func (s *Shelf) Also(path string) error {
	b, err := os.ReadFile(path)
	if err == nil {
		s.keep(b)
	}
	return err
}

func (s *Shelf) keep(b []byte) {
	s.magic = append(s.magic, b[:8])
	s.whole = b
}
