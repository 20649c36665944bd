package inside

import (
	"encoding/json"
	"errors"
	"io"
)

// read makes a frame for who calls it.
func read(r io.Reader) (*frame, error) {
	f := new(frame)
	if _, err := io.ReadFull(r, f.body[:]); err != nil {
		return nil, err
	}
	f.head.size = len(f.body)
	return f, nil
}

func (l *Log) Next(r io.Reader) error {
	f, err := read(r)
	if err != nil {
		return err
	}
	l.heads = append(l.heads, &f.head) // want `pointer to a part keeps all 128 KiB of what it is of; held by Log.heads`
	return nil
}

// A Reel has its frames, too.
type Reel struct {
	frames []*frame
	heads  []*head
	cache  map[int]*frame
}

// Next is fine: the frame is kept anyway.
func (l *Reel) Next(r io.Reader) error {
	f, err := read(r)
	if err != nil {
		return err
	}
	l.frames = append(l.frames, f)
	l.heads = append(l.heads, &f.head)
	return nil
}

func (l *Reel) cached(id int) *frame {
	f := l.cache[id]
	if f == nil {
		f = new(frame)
		l.cache[id] = f
	}
	return f
}

// Mark is fine: the frame stays in the cache.
func (l *Reel) Mark(id int) { l.heads = append(l.heads, &l.cached(id).head) }

// A Board has the best of each list that it is sent.
type Board struct {
	best  map[string]*row
	rows  []row
	byRow map[string]*row
}

func decode(r io.Reader) ([]row, error) {
	var rows []row
	if err := json.NewDecoder(r).Decode(&rows); err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("no rows")
	}
	return rows, nil
}

func top(rows []row) (at int) {
	for i := range rows {
		if rows[i].n > rows[at].n {
			at = i
		}
	}
	return at
}

func (b *Board) Post(list string, r io.Reader) error {
	rows, err := decode(r)
	if err != nil {
		return err
	}
	b.best[list] = &rows[top(rows)] // want `pointer to a part keeps all of the slice that it is of; held by Board.best`
	return nil
}

// Copy is fine.
func (b *Board) Copy(list string, r io.Reader) error {
	rows, err := decode(r)
	if err != nil {
		return err
	}
	best := rows[top(rows)]
	b.best[list] = &best
	return nil
}

// Only is fine: who asks for the first has a list of one.
func (b *Board) Only(list string, r io.Reader) error {
	rows, err := decode(r)
	if err != nil {
		return err
	}
	b.best[list] = &rows[0]
	return nil
}

// Index is fine: all rows are kept.
func (b *Board) Index(r io.Reader) error {
	rows, err := decode(r)
	for i := range rows {
		b.byRow[rows[i].name] = &rows[i]
	}
	return err
}

// Fill is fine: the list is kept as such.
func (b *Board) Fill(list string, r io.Reader) error {
	rows, err := decode(r)
	if err != nil {
		return err
	}
	b.rows = rows
	b.best[list] = &rows[top(rows)]
	return nil
}
