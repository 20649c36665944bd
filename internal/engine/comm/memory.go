package comm

import (
	"slices"
)

// load returns what is at a part of an object.
func (m *machine) load(s *state, p value, class class) value {
	o := &s.heap[p.n]
	if o.escaped {
		return value{}
	}
	if class == record {
		var whole object
		for _, part := range o.parts {
			if fields, ok := m.under(part.path, p.path); ok {
				to := int32(0)
				for _, f := range fields {
					to = m.path(to, f)
				}
				whole.set(to, part.val)
			} else if _, ok := m.under(p.path, part.path); ok && part.val.kind == unknown {
				return value{}
			}
		}
		return value{kind: structure, n: s.add(whole)}
	}
	for path := p.path; path >= 0; path = m.paths[path].parent {
		if i, ok := slices.BinarySearchFunc(o.parts, path, func(p part, path int32) int { return int(p.path - path) }); ok {
			if path == p.path || o.parts[i].val.kind == unknown {
				return o.parts[i].val
			}
		}
	}
	return class.value()
}

// value returns what a variable is that nobody has set.
func (c class) value() value {
	switch c {
	case zero:
		return value{kind: integer}
	case nothing:
		return value{kind: null}
	case record:
		return value{kind: empty}
	}
	return value{}
}

// set puts a value at a path.
func (o *object) set(path int32, v value) {
	i, ok := slices.BinarySearchFunc(o.parts, path, func(p part, path int32) int { return int(p.path - path) })
	if ok {
		o.parts[i].val = v
	} else {
		o.parts = slices.Insert(o.parts, i, part{path, v})
	}
}

func (m *machine) store(s *state, p, v value) {
	if s.heap[p.n].escaped {
		m.escape(s, v)
		return
	}
	o := s.object(p.n)
	o.parts = slices.DeleteFunc(o.parts, func(part part) bool { _, ok := m.under(part.path, p.path); return ok })
	switch v.kind {
	case empty:
		return
	case structure:
	default:
		o.set(p.path, v)
		return
	}
	for _, part := range s.heap[v.n].parts {
		to := p.path
		fields, _ := m.under(part.path, 0)
		for _, f := range fields {
			to = m.path(to, f)
		}
		o.set(to, part.val)
	}
}

// escape marks all that a value leads to.
func (m *machine) escape(s *state, v value) {
	if !v.isObject() || s.heap[v.n].escaped || v.kind == ctx || v.kind == done {
		return // who has a context cannot end it
	}
	if v.kind == closure && m.harmless(s, v, 0) {
		m.feed(s, v, 0)
		return
	}
	o := s.object(v.n)
	o.escaped = true
	for _, p := range o.parts {
		m.escape(s, p.val)
	}
	for _, b := range o.buf {
		m.escape(s, b)
	}
}

// harmless reports whether whoever gets hold of a value by a closure that it is
// captured in cannot free anybody by it.
func (m *machine) harmless(s *state, v value, depth int) bool {
	if !v.isObject() {
		return v.kind != function || v.fn.ready && v.fn.sends()
	}
	o := &s.heap[v.n]
	switch v.kind {
	case cancel:
		return false
	case closure:
		if o.method || !o.fn.ready || !o.fn.sends() {
			return false
		}
	case channel, done, ctx:
		return true
	}
	return depth <= maxRoom && !slices.ContainsFunc(o.parts, func(p part) bool { return !m.harmless(s, p.val, depth+1) })
}

// feed marks the channels that a closure leads to, which others may call later.
func (m *machine) feed(s *state, v value, depth int) {
	if !v.isObject() || depth > maxRoom {
		return
	}
	if v.kind == channel {
		if !s.heap[v.n].fed {
			s.object(v.n).fed = true
		}
		return
	}
	for _, p := range s.heap[v.n].parts {
		m.feed(s, p.val, depth+1)
	}
}

// ended reports whether a context has ended.
func (s *state) ended(ctxObj int32) bool {
	for {
		o := &s.heap[ctxObj]
		if o.closed || o.escaped {
			return true
		}
		if len(o.parts) == 0 || o.parts[0].val.kind != ctx {
			return false
		}
		ctxObj = o.parts[0].val.n
	}
}
