// Package rollback has objects whose constructors undo what they have begun where they fail.
package rollback

import (
	"io"
	"os"
)

// A Lock is a file that is locked.
type Lock struct{ f *os.File }

// OpenLock closes the file where it cannot be locked, and Release only unlocks it.
func OpenLock(name string) (*Lock, error) {
	f, err := os.Open(name) // want `file in field f is never closed; held by the operating system \(closeleak/owner-forgets\)`
	if err != nil {
		return nil, err
	}
	l := &Lock{f}
	if err := l.set(true); err != nil {
		f.Close()
		return nil, err
	}
	return l, nil
}

func (l *Lock) set(on bool) error {
	_, err := l.f.Seek(0, io.SeekStart)
	return err
}

func (l *Lock) Release() error { return l.set(false) }

// A Guard is like a Lock, and its Release does both.
type Guard struct{ f *os.File }

func OpenGuard(name string) (g *Guard, err error) {
	var f *os.File
	f, err = os.Open(name)
	if err != nil {
		return
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		f.Close()
		return
	}
	g = &Guard{f}
	return
}

func (g *Guard) Release() error {
	_, err := g.f.Seek(0, io.SeekStart)
	g.f.Close()
	return err
}

// A Block has two files, and forgets the second one. That a list has them serves who gives
// them back where the second one cannot be opened.
type Block struct{ index, data *os.File }

func OpenBlock(index, data string) (b *Block, err error) {
	var opened []io.Closer
	defer func() {
		if err != nil {
			closeAll(opened)
		}
	}()
	f, err := os.Open(index)
	if err != nil {
		return nil, err
	}
	opened = append(opened, f)
	g, err := os.Open(data) // want `file in field data is never closed; held by the operating system \(closeleak/owner-forgets\)`
	if err != nil {
		return nil, err
	}
	opened = append(opened, g)
	if size(f, g) == 0 {
		return nil, io.EOF
	}
	return &Block{f, g}, nil
}

func size(files ...*os.File) (n int64) {
	for _, f := range files {
		info, err := f.Stat()
		if err == nil {
			n += info.Size()
		}
	}
	return n
}

func closeAll(list []io.Closer) {
	for _, c := range list {
		c.Close()
	}
}

func (b *Block) Close() error { return b.index.Close() }

// A Group keeps the list, too, and closes all in it.
type Group struct {
	index  *os.File
	opened []io.Closer
}

func OpenGroup(index string) (g *Group, err error) {
	var opened []io.Closer
	defer func() {
		if err != nil {
			closeAll(opened)
		}
	}()
	f, err := os.Open(index)
	if err != nil {
		return nil, err
	}
	opened = append(opened, f)
	if _, err := f.Stat(); err != nil {
		return nil, err
	}
	return &Group{f, opened}, nil
}

func (g *Group) Close() error {
	closeAll(g.opened)
	return nil
}

// A Log closes its file where a write fails, and not when it is closed itself.
type Log struct {
	f     *os.File
	lines []string
}

func OpenLog(name string) (*Log, error) {
	f, err := os.Open(name) // want `file in field f is never closed; held by the operating system \(closeleak/owner-forgets\)`
	if err != nil {
		return nil, err
	}
	return &Log{f: f}, nil
}

func (l *Log) Add(line string) error {
	if _, err := l.f.WriteString(line); err != nil {
		l.f.Close()
		return err
	}
	l.lines = append(l.lines, line)
	return nil
}

func (l *Log) Close() error {
	l.lines = nil
	return nil
}

// A Feed reads until something fails, which is its only end.
type Feed struct {
	f     *os.File
	lines []string
}

func OpenFeed(name string) (*Feed, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	return &Feed{f: f}, nil
}

func (r *Feed) Serve() error {
	for {
		if _, err := r.f.Read(make([]byte, 8)); err != nil {
			r.f.Close()
			return err
		}
	}
}

func (r *Feed) Stop() { r.lines = nil }
