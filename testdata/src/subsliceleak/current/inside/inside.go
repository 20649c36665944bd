// Package inside keeps pointers into things.
package inside

type frame struct {
	head head
	body [128 << 10]byte
}

type head struct{ id, size int }

// A Log has the heads of frames.
type Log struct {
	heads []*head
	best  *row
	named map[string]*row
	table []row
}

type row struct {
	name string
	n    int
}

func (l *Log) Read(read func(*frame)) {
	f := new(frame)
	read(f)
	l.heads = append(l.heads, &f.head) // want `pointer to a part keeps all 128 KiB of what it is of; held by Log.heads \(subsliceleak/interior-pointer\)`
}

func (l *Log) Copy(read func(*frame)) {
	f := new(frame)
	read(f)
	h := f.head
	l.heads = append(l.heads, &h)
}

func (l *Log) Best(n int) {
	rows := make([]row, n)
	best := &rows[0]
	for i := range rows {
		rows[i].n = i * i % n
		if rows[i].n > best.n {
			best = &rows[i]
		}
	}
	l.best = best // want `pointer to a part keeps all of the slice that it is of; held by Log.best`
}

func (l *Log) Named(n int, want string) {
	rows := make([]row, n)
	for i := range rows {
		if rows[i].name == want {
			l.named[want] = &rows[i] // want `pointer to a part keeps all of the slice that it is of; held by Log.named`
		}
	}
}

// An index of all rows needs all rows.
func (l *Log) Index(n int) {
	rows := make([]row, n)
	for i := range rows {
		l.named[rows[i].name] = &rows[i]
	}
}

// All rows of one array are used, one after the other.
func (l *Log) Arena(wants []string, n int) {
	rows := make([]row, n)
	next := uint64(0)
	for i, want := range wants {
		switch want {
		case "new":
			rows[next].n = i
			l.named[want] = &rows[next]
			next++
		}
	}
}

// Some rows are used.
func (l *Log) Some(wants []string, n int) {
	rows := make([]row, n)
	next := uint64(0)
	for _, want := range wants {
		switch want {
		case "new":
			l.named[want] = &rows[next] // want `pointer to a part keeps all of the slice that it is of; held by Log.named`
		}
		next++
	}
}

// The rows stay anyway.
func (l *Log) Table(n int) {
	rows := make([]row, n)
	l.table = rows
	l.best = &rows[0]
}

// The first of some bytes stands for all of them.
type mask struct{ data *byte }

func (m *mask) Set(n int) {
	b := make([]byte, n)
	m.data = &b[0]
}
