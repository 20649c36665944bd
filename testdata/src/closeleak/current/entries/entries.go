// Package entries has containers of what is to be given back.
package entries

import (
	"log"
	"net"
	"sync"
	"time"

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

// Lines has connections in use, and some in reserve.
type Lines struct {
	used, spare []net.Conn
}

// Dial adds a connection.
func (l *Lines) Dial(addr string) error {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	l.used = append(l.used, c)
	return nil
}

// Renew leaks the connections that there were.
func (l *Lines) Renew(addr string) error {
	l.used = nil // want `list used is dropped and what its elements hold is not given back \(closeleak/entry-dropped\)`
	return l.Dial(addr)
}

// Swap is fine: nothing is lost.
func (l *Lines) Swap() {
	l.used = append(l.used, l.spare...)
	l.spare = nil
}

// Hang is fine: the caller has closed them.
func (l *Lines) Hang() {
	for _, c := range l.spare {
		c.Close()
	}
	l.reset()
}

func (l *Lines) reset() { l.spare = nil }

// Close closes them all.
func (l *Lines) Close() {
	for _, c := range l.used {
		c.Close()
	}
	for _, c := range l.spare {
		c.Close()
	}
	l.used = nil
}

// A guest is somebody with a connection.
type guest struct {
	name string
	conn net.Conn
	seen time.Time
}

// A Lobby has the guests that nobody serves.
type Lobby struct {
	guests map[int]*guest
	served map[int]*guest
}

// Enter is fine: the guest is the lobby's.
func (l *Lobby) Enter(id int, name string, c net.Conn) {
	l.guests[id] = &guest{name, c, time.Now()}
}

// Leave closes.
func (l *Lobby) Leave(id int) {
	if g := l.guests[id]; g != nil {
		g.conn.Close()
		delete(l.guests, id)
	}
}

// Sweep leaks: it only looks when a guest was seen, and what he is called.
func (l *Lobby) Sweep() {
	for id, g := range l.guests {
		if time.Since(g.seen) > time.Hour {
			log.Print(g.name)
			delete(l.guests, id) // want `entry of guests is taken out and what it holds is not given back \(closeleak/entry-dropped\)`
		}
	}
}

// Serve closes the connection that it puts into the table.
func (l *Lobby) Serve(id int, c net.Conn) {
	defer c.Close()
	l.put(id, c)
	c.Read(nil)
}

func (l *Lobby) put(id int, c net.Conn) { l.served[id] = &guest{conn: c} }

// Cut is fine: it ends who serves.
func (l *Lobby) Cut(id int) {
	if g := l.served[id]; g != nil {
		g.conn.Close()
		delete(l.served, id)
	}
}

// Shown is fine: who serves closes.
func (l *Lobby) Shown(id int) {
	if g := l.served[id]; time.Since(g.seen) > time.Hour {
		delete(l.served, id)
	}
}
