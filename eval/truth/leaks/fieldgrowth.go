package leaks

import (
	"context"
	"errors"
	"time"
)

// A Shop lives long. Half of its fields keep more and more.
type Shop struct {
	visits, seen      []*session
	orders, sales     map[int64]*session
	bills, receipts   map[int64]*session
	names, keys       map[string]*session
	pending, waiting  map[int64]*session
	baskets, shelves  map[int64]expiring
	rooms, halls      map[int64]map[*session][]byte
	clerks, guards    []*session
	ctx, base, latest context.Context
	known             counter
	met               map[int64]*session
}

type expiring struct {
	*session
	until time.Time
}

type customer struct{ id, name string }

// A counter has a way out that nobody takes.
type counter struct{ by map[int64]*session }

func (c *counter) add(id int64, s *session) {
	c.by[id] = s // leak: fieldgrowth/remove-never-called
}

func (c *counter) Drop(id int64) { delete(c.by, id) }

func NewShop() *Shop {
	type byNumber = map[int64]*session
	return &Shop{
		orders: byNumber{}, sales: byNumber{}, bills: byNumber{}, receipts: byNumber{}, pending: byNumber{}, waiting: byNumber{},
		names: map[string]*session{}, keys: map[string]*session{}, baskets: map[int64]expiring{}, shelves: map[int64]expiring{},
		rooms: map[int64]map[*session][]byte{}, halls: map[int64]map[*session][]byte{},
		ctx: context.Background(), base: context.Background(), known: counter{byNumber{}}, met: byNumber{},
	}
}

func (s *Shop) OnlyGrowsInField() any {
	s.visits = append(s.visits, newSession()) // leak: fieldgrowth/only-grows
	return nil
}

func (s *Shop) OnlyGrowsInFieldFixed() any {
	s.seen = append(s.seen, newSession())
	if len(s.seen) > 3 {
		s.seen = nil
	}
	return nil
}

// Two containers get a key together.

func (s *Shop) SiblingNotDeleted() any {
	id := next.Add(1)
	s.sell(id)
	delete(s.orders, id)
	return nil
}

func (s *Shop) sell(id int64) {
	s.orders[id] = newSession()
	s.bills[id] = newSession() // leak: fieldgrowth/sibling-not-deleted
}

func (s *Shop) SiblingNotDeletedFixed() any {
	id := next.Add(1)
	s.sales[id] = newSession()
	s.receipts[id] = newSession()
	delete(s.sales, id)
	delete(s.receipts, id)
	return nil
}

func newCustomer() *customer {
	id := time.Duration(next.Add(1)).String()
	return &customer{id: id, name: "c" + id}
}

func (s *Shop) enter(c *customer) {
	s.names[c.name] = newSession() // leak: fieldgrowth/key-mismatch
}

func (s *Shop) leave(c *customer) { delete(s.names, c.id) }

func (s *Shop) KeyMismatch() any {
	c := newCustomer()
	s.enter(c)
	s.leave(c)
	return nil
}

func (s *Shop) KeyMismatchFixed() any {
	c := newCustomer()
	s.keys[c.name] = newSession()
	delete(s.keys, c.name)
	return nil
}

func (s *Shop) RollbackOnly() any {
	id := next.Add(1)
	s.pending[id] = newSession() // leak: fieldgrowth/delete-on-rollback-only
	if err := check(id); err != nil {
		delete(s.pending, id)
		return err
	}
	return nil
}

func (s *Shop) RollbackOnlyFixed() any {
	id := next.Add(1)
	s.waiting[id] = newSession()
	defer delete(s.waiting, id)
	if err := check(id); err != nil {
		return err
	}
	return nil
}

func check(id int64) error {
	if id < 0 {
		return errors.New("no number")
	}
	return nil
}

func (s *Shop) ExpiresWhenRead() any {
	s.baskets[next.Add(1)] = expiring{newSession(), time.Now()} // leak: fieldgrowth/expires-when-read
	s.Basket(0)
	return nil
}

// Basket returns the basket of a number, nil if there is none or it is too old.
func (s *Shop) Basket(id int64) any {
	b, ok := s.baskets[id]
	if ok && time.Now().After(b.until) {
		delete(s.baskets, id)
		return nil
	}
	return b.session
}

func (s *Shop) ExpiresWhenReadFixed() any {
	s.shelves[next.Add(1)] = expiring{newSession(), time.Now()}
	for id, b := range s.shelves {
		if !time.Now().Before(b.until) {
			delete(s.shelves, id)
		}
	}
	return nil
}

func (s *Shop) EmptyInnerKept() any {
	id, guest := next.Add(1), newSession()
	s.come(id, guest)
	s.depart(id, guest)
	return nil
}

func (s *Shop) come(id int64, guest *session) {
	if s.rooms[id] == nil {
		s.rooms[id] = make(map[*session][]byte, size/50) // leak: fieldgrowth/empty-inner-kept
	}
	s.rooms[id][guest] = guest.data
}

func (s *Shop) depart(id int64, guest *session) { delete(s.rooms[id], guest) }

func (s *Shop) EmptyInnerKeptFixed() any {
	id, guest := next.Add(1), newSession()
	s.halls[id] = make(map[*session][]byte, size/50)
	s.halls[id][guest] = guest.data
	delete(s.halls[id], guest)
	if len(s.halls[id]) == 0 {
		delete(s.halls, id)
	}
	return nil
}

// Open hires, Close ends the work of those who are there.
func (s *Shop) Open() {
	s.clerks = append(s.clerks, newSession()) // leak: fieldgrowth/ranged-not-reset
}

func (s *Shop) Close() {
	for _, c := range s.clerks {
		c.touch()
	}
	for _, g := range s.guards {
		g.touch()
	}
	s.guards = nil
}

func (s *Shop) RangedNotReset() any {
	s.Open()
	s.Close()
	return nil
}

func (s *Shop) RangedNotResetFixed() any {
	s.guards = append(s.guards, newSession())
	s.Close()
	return nil
}

func (s *Shop) RemoveNeverCalled() any {
	s.known.add(next.Add(1), newSession())
	return nil
}

func (s *Shop) RemoveNeverCalledFixed() any {
	id := next.Add(1)
	s.met[id] = newSession()
	delete(s.met, id)
	return nil
}

type visitKey struct{}

func (s *Shop) ChainGrows() any {
	s.ctx = context.WithValue(s.ctx, visitKey{}, newSession()) // leak: fieldgrowth/chain-grows
	return nil
}

func (s *Shop) ChainGrowsFixed() any {
	s.latest = context.WithValue(s.base, visitKey{}, newSession())
	return nil
}
