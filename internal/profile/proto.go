package profile

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// A message is a profile in the format of pprof, as far as it is needed.
//
// It is decoded here because github.com/google/pprof/profile, which is the reference
// of the tests, needs much more time and memory. Here samples stay encoded until
// all is known that tells which of them count. See
// https://github.com/google/pprof/blob/main/proto/profile.proto.
type message struct {
	types     []uint64 // of values; numbers of strings
	strings   []string
	lines     []line
	functions []function
	locations []span   // of lines: those of inlined calls, the innermost first
	addresses []uint64 // of locations

	functionIDs, locationIDs ids

	samples   records
	leftOut   bool     // some in which nothing is in use
	freed     int64    // bytes of these
	values    []uint64 // kept between samples
	allocated int      // the value of samples that says what was ever allocated; -1 if none does
	period    int64
	nanos     int64
}

type function struct {
	name, file uint64 // numbers of strings
	start      int64
}

type line struct {
	function uint64
	line     int64
}

// A span is a part of a slice.
type span struct{ first, end uint32 }

// defaultRate is that of the runtime (runtime.MemProfileRate).
const defaultRate = 512 << 10

var errGarbage = errors.New("neither a profile in the format of pprof nor a text of goroutines")

func readProto(in *bufio.Reader) (*Profile, error) {
	m := new(message)
	for {
		tag, err := binary.ReadUvarint(in)
		if err == io.EOF {
			break
		}
		if err == nil {
			err = m.read(in, tag)
		}
		switch {
		case err != nil && len(m.types) == 0:
			return nil, errGarbage
		case err != nil:
			return nil, err
		case max(len(m.types), len(m.strings), len(m.functions), len(m.locations), len(m.lines), m.samples.n) > maxThings:
			return nil, errTooMany
		}
	}
	return m.profile()
}

// read reads a field of a profile.
func (m *message) read(in *bufio.Reader, tag uint64) error {
	num, typ := protowire.DecodeTag(tag)
	switch typ {
	case protowire.VarintType:
		v, err := binary.ReadUvarint(in)
		switch num {
		case 9:
			m.nanos = int64(v)
		case 12:
			m.period = int64(v)
		}
		return err
	case protowire.Fixed32Type:
		_, err := in.Discard(4)
		return err
	case protowire.Fixed64Type:
		_, err := in.Discard(8)
		return err
	case protowire.BytesType:
		n, err := binary.ReadUvarint(in)
		if err != nil {
			return err
		}
		if n > chunk {
			return damaged("a field of %d bytes", n)
		}
		b, err := in.Peek(int(n))
		if err != nil {
			return err
		}
		if err := m.field(num, b); err != nil {
			return err
		}
		_, err = in.Discard(int(n))
		return err
	}
	return damaged("a field of type %d", typ)
}

// field reads a field that is a message or a string. The numbers of all fields are
// those of profile.proto.
func (m *message) field(num protowire.Number, b []byte) error {
	switch num {
	case 1:
		v, err := scalars(b)
		m.types = append(m.types, v[1])
		return err
	case 2:
		return m.sample(b)
	case 4:
		return m.location(b)
	case 5:
		v, err := scalars(b)
		m.functionIDs.add(v[1])
		m.functions = append(m.functions, function{name: v[2], file: v[4], start: int64(v[5])})
		return err
	case 6:
		m.strings = append(m.strings, string(b))
	}
	return nil
}

// sample keeps a sample. Of a heap profile of the runtime, the last two of four values are
// what is in use, and most samples have nothing of it: these are left out at once, before
// it is known what the values are.
func (m *message) sample(b []byte) (err error) {
	if len(m.types) == heapValues {
		if m.values, err = numbers(m.values[:0], b, 2); err != nil {
			return err
		}
		if v := m.values; len(v) == heapValues && v[inUse] == 0 && v[inUse+1] == 0 {
			m.freed += int64(v[1])
			m.leftOut = true
			return nil
		}
	}
	m.samples.add(b)
	return nil
}

// Where the runtime has the values of a heap profile.
const (
	heapValues = 4
	inUse      = 2 // objects, and bytes behind them
)

func (m *message) location(b []byte) error {
	var id, address uint64
	first := len(m.lines)
	err := fields(b, func(num protowire.Number, v uint64, inside []byte) error {
		switch num {
		case 1:
			id = v
		case 3:
			address = v
		case 4:
			v, err := scalars(inside)
			m.lines = append(m.lines, line{function: v[1], line: int64(v[2])})
			return err
		}
		return nil
	})
	m.locationIDs.add(id)
	m.locations = append(m.locations, span{uint32(first), uint32(len(m.lines))})
	m.addresses = append(m.addresses, address)
	return err
}

// profile returns what the message says.
func (m *message) profile() (*Profile, error) {
	kind, columns, err := m.columns()
	if err != nil {
		return nil, err
	}
	stacks, err := m.stacks(columns)
	if err != nil {
		return nil, err
	}
	s, err := m.symbols(kind)
	if err != nil {
		return nil, err
	}
	var locations []uint64
	var stack trace
	for _, st := range stacks.largest() {
		if locations, err = numbers(locations[:0], st.sample, 1); err != nil {
			return nil, err
		}
		if stack, err = s.expand(stack[:0], locations); err != nil {
			return nil, err
		}
		if len(stack) > 0 {
			s.site(stack).add(kind, st.amounts)
		}
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	p := s.builder.profile
	if m.nanos != 0 {
		p.Time = time.Unix(0, m.nanos).UTC()
	}
	if kind == Heap {
		p.Bytes, p.Objects, p.Allocated = stacks.total[0], stacks.total[1], stacks.allocated+m.freed
		p.Rate = cmp.Or(max(m.period, 0), defaultRate)
	} else {
		p.Goroutines = int(stacks.total[0])
	}
	p.order()
	return p, nil
}

// add adds what the columns of a profile of the kind have.
func (s *Site) add(kind Kind, amounts [2]int64) {
	if kind == Heap {
		s.Bytes += amounts[0]
		s.Objects += amounts[1]
		return
	}
	s.Goroutines += int(amounts[0])
	if kind == Leaked {
		s.Leaked = s.Goroutines
	}
}

// columns says which values of samples are the amounts: bytes and objects, or
// goroutines alone.
func (m *message) columns() (Kind, []int, error) {
	if len(m.types) == 0 {
		return 0, nil, errGarbage
	}
	column := make(map[string]int)
	var names []string
	for i, t := range m.types {
		s, err := m.string(t)
		if err != nil {
			return 0, nil, err
		}
		column[s] = i
		names = append(names, s)
	}
	m.allocated = -1
	if i, ok := column["goroutine"]; ok {
		return Goroutines, []int{i}, nil
	}
	if i, ok := column["goroutineleak"]; ok {
		return Leaked, []int{i}, nil
	}
	if i, ok := column["alloc_space"]; ok {
		m.allocated = i
	}
	objects, ok1 := column["inuse_objects"]
	bytes, ok2 := column["inuse_space"]
	if ok1 && ok2 && m.leftOut && (objects != inUse || bytes != inUse+1) {
		return 0, nil, errKind("a heap profile with its values in an order of its own")
	}
	if ok1 && ok2 {
		return Heap, []int{bytes, objects}, nil
	}
	return 0, nil, otherKind(names)
}

func (m *message) string(n uint64) (string, error) {
	if n >= uint64(len(m.strings)) {
		return "", damaged("no string %d", n)
	}
	return m.strings[n], nil
}
