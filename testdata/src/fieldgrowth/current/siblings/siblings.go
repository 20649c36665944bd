// Package siblings has containers that get a key together.
package siblings

import "sync"

// A Table has three parts of each entry.
type Table struct {
	mu    sync.Mutex
	sizes map[string]int
	names map[string]string
	costs map[string]int
	all   sync.Map
}

// Add leaks the costs.
func (t *Table) Add(id, name string, size int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sizes[id] = size
	t.names[id] = name
	t.costs[id] = 0 // want `entry stays when its key is deleted beside it; held by Table.costs \(fieldgrowth/sibling-not-deleted\)`
	t.all.Store(id, name)
}

// Remove takes out of all but one.
func (t *Table) Remove(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.sizes, id)
	without(t.names, id)
	t.all.Delete(id)
}

func without(m map[string]string, key string) { delete(m, key) }

// A Count has what is under way, and how often that was so.
type Count struct {
	now   map[string]int
	total map[string]int
}

// Do is fine: it is its own call that is over when the key goes.
func (c *Count) Do(name string, f func()) {
	c.now[name]++
	c.total[name]++ // want `map gets keys and never loses any; held by Count.total \(fieldgrowth/only-grows, latent\)`
	f()
	delete(c.now, name)
}

// A trace is an object of a call.
type trace struct {
	now  map[string]int
	seen map[string]bool
}

// enter is fine: nothing shows that a trace stays.
func (t *trace) enter(name string) {
	t.now[name]++
	t.seen[name] = true
}

func (t *trace) leave(name string) { delete(t.now, name) }

// Calls is fine: each call has its own trace.
func Calls(names []string) int {
	t := &trace{map[string]int{}, map[string]bool{}}
	for _, n := range names {
		t.enter(n)
		t.leave(n)
	}
	return len(t.seen)
}

// A Kind is in one or the other map.
type Kind struct {
	plain  map[string]int
	folded map[string]string
}

// Add is fine: what is deleted from one was never in the other.
func (k *Kind) Add(id string, v any) {
	switch v := v.(type) {
	case int:
		k.plain[id] = v
	case string:
		k.folded[id] = v // want `map gets keys and never loses any; held by Kind.folded \(fieldgrowth/only-grows, latent\)`
	}
}

func (k *Kind) Remove(id string) { delete(k.plain, id) }

// A Set has what is new in a map of its own, which is emptied from time to time.
type Set struct {
	all, fresh map[string]bool
}

// Add is fine: what is no longer new is still there.
func (s *Set) Add(id string) {
	s.fresh[id] = true
	s.all[id] = true // want `map gets keys and never loses any; held by Set.all \(fieldgrowth/only-grows, latent\)`
}

func (s *Set) Fresh() (ids []string) {
	for id := range s.fresh {
		ids = append(ids, id)
		delete(s.fresh, id)
	}
	return ids
}

// A Light is on where status says so, whether it is there or not.
type Light struct {
	status, there map[string]bool
}

func (l *Light) Add(id string) {
	l.status[id] = true
	l.there[id] = true // want `map gets keys and never loses any; held by Light.there \(fieldgrowth/only-grows, latent\)`
}

func (l *Light) On(id string)  { l.status[id] = true }
func (l *Light) Off(id string) { delete(l.status, id) }

type peer string

// Peers has what is known of each peer.
type Peers struct {
	addrs, heads map[peer]string
	epochs       map[peer]int
	names        map[string]int
}

func (p *Peers) Addr(id peer, addr string) { p.addrs[id] = addr }
func (p *Peers) Head(id peer, head string) { p.heads[id] = head }

// Epoch leaks: Gone takes the peer out of the others.
func (p *Peers) Epoch(id peer, n int) {
	p.epochs[id] = n // want `entry stays when its key is deleted beside it; held by Peers.epochs \(fieldgrowth/sibling-not-deleted\)`
}

// Name is fine: a text may stand for anything.
func (p *Peers) Name(name string) {
	p.names[name]++ // want `map gets keys and never loses any; held by Peers.names \(fieldgrowth/only-grows, latent\)`
}

func (p *Peers) Gone(id peer) {
	delete(p.addrs, id)
	delete(p.heads, id)
}

// A Ledger makes what is under a name when it is asked for.
type Ledger struct {
	mu     sync.Mutex
	lines  map[string]map[int]string
	totals map[string]*int
}

func (l *Ledger) Enter(name string, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.lines[name]; !ok {
		l.lines[name] = make(map[int]string)
	}
	l.lines[name][n] = name
	if l.totals[name] == nil {
		l.totals[name] = new(int) // want `entry stays when its key is deleted beside it; held by Ledger.totals \(fieldgrowth/sibling-not-deleted\)`
	}
	*l.totals[name] += n
}

func (l *Ledger) Strike(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.lines, name)
}

// A Log has what is under way, and all that ever was.
type Log struct {
	mu   sync.Mutex
	open map[string]*int
	ever map[string]*int
}

// Begin is fine: what is under way may begin again.
func (l *Log) Begin(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[name] == nil {
		l.open[name] = new(int)
	}
	if l.ever[name] == nil {
		l.ever[name] = new(int) // want `held by Log.ever \(fieldgrowth/only-grows, latent\)`
	}
}

func (l *Log) Again(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open[name] = new(int)
}

func (l *Log) End(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, name)
}
