package locks

import (
	"os"
	"sync"
)

// A File is locked by those who use it: they bracket what they do with the two methods.
type File struct {
	mu   sync.Mutex
	name string
	fh   *os.File
}

func (f *File) Acquire(check func(*os.File) error) error {
	f.mu.Lock()
	fh, err := os.Create(f.name)
	if err != nil {
		f.mu.Unlock()
		return err
	}
	f.fh = fh
	err = check(fh)
	if err != nil {
		fh.Close()
		f.mu.Unlock()
	}
	return err
}

func (f *File) Release() error {
	err := f.fh.Close()
	f.fh = nil
	f.mu.Unlock()
	return err
}

// A Door is as one, but whoever finds it open leaves with the lock, and who opens it does not.
type Door struct {
	mu   sync.Mutex
	open bool
	do   func() error
}

func (d *Door) Enter() error {
	d.mu.Lock() // want `mutex mu is not unlocked on every path \(goroutineleak/unlock-missing\)`
	if d.open {
		return nil
	}
	err := d.do()
	d.open = err == nil
	d.mu.Unlock()
	return err
}

func (d *Door) Leave() {
	d.mu.Unlock()
}

// A Gate forgets the lock only where it fails.
type Gate struct {
	mu sync.Mutex
	n  int
}

func (g *Gate) Pass(do func() error) error {
	g.mu.Lock() // want `mutex mu is not unlocked on every path \(goroutineleak/unlock-missing\)`
	if err := do(); err != nil {
		return err
	}
	g.n++
	g.mu.Unlock()
	return nil
}

func (g *Gate) Quit() {
	g.mu.Unlock()
}

// Nobody unlocks what a Vault has locked.
type Vault struct {
	mu sync.Mutex
	n  int
}

func (v *Vault) Open(do func() error) error {
	v.mu.Lock() // want `mutex mu is not unlocked on every path \(goroutineleak/unlock-missing\)`
	if err := do(); err != nil {
		v.mu.Unlock()
		return err
	}
	v.n++
	return nil
}

func (v *Vault) Shut() {
	v.mu.Lock()
	v.n--
	v.mu.Unlock()
}
