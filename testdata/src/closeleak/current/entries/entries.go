// Package entries has containers of what is to be given back.
package entries

import (
	"net"
	"sync"

	"example.com/closing/internal/pump"
)

// A Table has a pump for each name.
type Table struct {
	mu    sync.Mutex
	pumps map[string]*pump.Pump
	conns map[net.Conn]bool
	more  sync.Map
}

func (t *Table) Add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pumps[name] == nil {
		t.pumps[name] = pump.Start()
	}
}

// Remove is fine: it stops what it deletes.
func (t *Table) Remove(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.pumps[name]; p != nil {
		p.Stop()
		delete(t.pumps, name)
	}
}

// Forget leaks the pump.
func (t *Table) Forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pumps, name) // want `entry of pumps is taken out and what it holds is not given back \(closeleak/entry-dropped\)`
}

// Take is fine: the caller has it.
func (t *Table) Take(name string) *pump.Pump {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.pumps[name]
	delete(t.pumps, name)
	return p
}

// drop is fine: its caller stops the pump.
func (t *Table) drop(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.pumps, name)
}

func (t *Table) Retire(name string, p *pump.Pump) {
	t.drop(name)
	p.Stop()
}

// Done is fine: who has the connection asks for it.
func (t *Table) Done(c net.Conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.conns, c)
}

// Hang closes and deletes.
func (t *Table) Hang() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.conns {
		c.Close()
		delete(t.conns, c)
	}
}

// StopMore is fine.
func (t *Table) StopMore(name string) {
	if p, ok := t.more.LoadAndDelete(name); ok {
		p.(*pump.Pump).Stop()
	}
}

// StopAll is fine: it stops what it goes through.
func (t *Table) StopAll() {
	t.more.Range(func(name, p any) bool {
		t.more.Delete(name)
		p.(*pump.Pump).Stop()
		return true
	})
}

// ForgetMore leaks the pump.
func (t *Table) ForgetMore(name string) {
	t.more.Delete(name) // want `entry of more is taken out and what it holds is not given back \(closeleak/entry-dropped\)`
}
