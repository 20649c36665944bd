package excused

import (
	"os"
	"strconv"
	"strings"
)

// A Status is read line by line.
type Status struct{ name, title string }

// Read is fine with the name: a copy takes its place on every way on.
func (s *Status) Read(path string, long bool) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for line := range strings.SplitSeq(string(b), "\n") {
		key, value, _ := strings.Cut(line, ":")
		switch key {
		case "name":
			s.name = value
			if long {
				s.name = strings.TrimSpace(value)
			}
			s.name = string([]byte(s.name))
		case "title":
			s.title = value // want `part keeps all that os.ReadFile returned`
			if long {
				s.title = string([]byte(s.title))
			}
		}
	}
	return nil
}

// Parse is fine: who fails has no status.
func (s *Status) Parse(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	first, rest, _ := strings.Cut(string(b), "\n")
	s.name = first
	n, err := strconv.Atoi(rest)
	if err != nil {
		return err
	}
	s.name = strings.Repeat(s.name, n)
	return nil
}
