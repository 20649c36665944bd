package report

import (
	"encoding/binary"
	"errors"
	"slices"
)

// A Keeper is what keeps what is allocated on a line.
type Keeper struct {
	At    Line
	Slot  string // the variable or field, with the path of its package; "" if a caller gets it
	Words string // the same for a reader
	From  Line   // where it gets there
}

// A Line is one of a file of a package, which is its number in Package.Files; the zero Line
// is none.
type Line struct{ File, Line int }

// Keepers are those of a package. There are many, of few names: kept as other lists are, they
// would take longer to read than all else that is kept of a run.
type Keepers []Keeper

// GobEncode returns each name once, and numbers.
func (k Keepers) GobEncode() ([]byte, error) {
	numbers := make(map[string]int)
	var names []string
	number := func(name string) int {
		n, ok := numbers[name]
		if !ok {
			n = len(names)
			numbers[name] = n
			names = append(names, name)
		}
		return n
	}
	var list []byte
	for _, x := range k {
		for _, n := range []int{x.At.File, x.At.Line, number(x.Slot), number(x.Words), x.From.File, x.From.Line} {
			list = binary.AppendUvarint(list, uint64(n))
		}
	}
	out := binary.AppendUvarint(nil, uint64(len(names)))
	for _, name := range names {
		out = binary.AppendUvarint(out, uint64(len(name)))
		out = append(out, name...)
	}
	return append(out, list...), nil
}

var errKeepers = errors.New("damaged")

// GobDecode reads what GobEncode returns.
func (k *Keepers) GobDecode(data []byte) error {
	failed := false
	next := func() int {
		n, w := binary.Uvarint(data)
		if w <= 0 {
			failed = true
			return 0
		}
		data = data[w:]
		return int(n)
	}
	var names []string
	for range next() {
		n := next()
		if failed || n < 0 || n > len(data) {
			return errKeepers
		}
		names = append(names, string(data[:n]))
		data = data[n:]
	}
	*k = slices.Grow(Keepers(nil), len(data)/6)
	for len(data) > 0 {
		var x [6]int
		for i := range x {
			x[i] = next()
		}
		if failed || x[2] < 0 || x[2] >= len(names) || x[3] < 0 || x[3] >= len(names) {
			return errKeepers
		}
		*k = append(*k, Keeper{Line{x[0], x[1]}, names[x[2]], names[x[3]], Line{x[4], x[5]}})
	}
	return nil
}
