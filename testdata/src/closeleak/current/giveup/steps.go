package giveup

import (
	"bufio"
	"os"
)

// A Journal writes through a buffer.
type Journal struct {
	buf  *bufio.Writer
	file *os.File
}

func Begin(path string) (*Journal, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &Journal{bufio.NewWriter(f), f}, nil
}

func (j *Journal) Put(s string) { j.buf.WriteString(s) }

// Close leaks the file where there is no room for what is in the buffer.
func (j *Journal) Close() error {
	if err := j.buf.Flush(); err != nil {
		return err // want `Close gives up at the first error and leaves file behind \(closeleak/teardown-gives-up\)`
	}
	return j.file.Close()
}

// A Diary closes its file, whatever the last write says.
type Diary struct {
	buf  *bufio.Writer
	file *os.File
}

func Keep(path string) (*Diary, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	return &Diary{bufio.NewWriter(f), f}, nil
}

func (d *Diary) Put(s string) { d.buf.WriteString(s) }

func (d *Diary) Close() error {
	err := d.buf.Flush()
	if e := d.file.Close(); err == nil {
		err = e
	}
	return err
}

// A Slip has a file that is its caller's.
type Slip struct {
	buf  *bufio.Writer
	file *os.File
}

func On(f *os.File) *Slip { return &Slip{bufio.NewWriter(f), f} }

func (s *Slip) Close() error {
	if err := s.buf.Flush(); err != nil {
		return err
	}
	return s.file.Close()
}
