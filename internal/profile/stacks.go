package profile

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	// How many calls all stacks may have together: those of a million as deep as the
	// runtime writes them, which is 128.
	maxCalls = 1 << 27

	maxDepth = 1 << 16
)

// A stack is what a sample has, and the sums of all samples that have it.
type stack struct {
	sample  []byte
	amounts [2]int64
}

type stacks struct {
	message   *message
	symbols   *symbols
	seed      maphash.Seed
	index     map[uint64]uint32 // of all, by the hash of the stack
	all       []stack
	total     [2]int64
	allocated int64
	calls     int

	// Kept between samples, as each needs them.
	locations, values []uint64
	key, other        []byte
}

// sum adds up samples by their stack, as far as columns have something.
func (m *message) sum(columns []int) (*stacks, error) {
	symbols, err := m.symbols()
	if err != nil {
		return nil, err
	}
	s := &stacks{message: m, symbols: symbols, seed: maphash.MakeSeed(), index: make(map[uint64]uint32)}
	for sample := range m.samples.each() {
		if err := s.decode(sample); err != nil {
			return nil, err
		}
		if len(s.values) != len(m.types) {
			return nil, damaged("a sample of %d values, not %d", len(s.values), len(m.types))
		}
		if a := m.allocated; a >= 0 {
			s.allocated += int64(s.values[a])
		}
		var amounts [2]int64
		for i, c := range columns {
			amounts[i] = int64(s.values[c])
			s.total[i] += amounts[i]
			if amounts[i] < 0 || s.total[i] < 0 {
				return nil, errKind("a profile with negative amounts, such as a difference of two")
			}
		}
		if amounts == [2]int64{} || len(s.locations) == 0 {
			continue
		}
		if err := s.add(sample, amounts); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// decode reads the locations and values of a sample.
func (s *stacks) decode(sample []byte) error {
	s.locations, s.values = s.locations[:0], s.values[:0]
	return fields(sample, func(num protowire.Number, v uint64, inside []byte) (err error) {
		switch num {
		case 1:
			s.locations, err = appendNumbers(s.locations, v, inside)
		case 2:
			s.values, err = appendNumbers(s.values, v, inside)
		}
		return err
	})
}

// expand appends the ids of frames of the locations last decoded.
func (s *stacks) expand(key []byte) ([]byte, error) {
	for _, id := range s.locations {
		at := s.message.locationIDs.at(id)
		if at < 0 {
			return nil, damaged("no location %d", id)
		}
		l := s.symbols.locations[at]
		for _, f := range s.symbols.ids[l.first:l.end] {
			key = binary.LittleEndian.AppendUint32(key, f)
		}
		if len(key)/4 > maxDepth {
			return nil, errTooMany
		}
	}
	return key, nil
}

func (s *stacks) add(sample []byte, amounts [2]int64) (err error) {
	if s.key, err = s.expand(s.key[:0]); err != nil {
		return err
	}
	if s.calls += len(s.key) / 4; s.calls > maxCalls {
		return errTooMany
	}
	for hash := maphash.Bytes(s.seed, s.key); ; hash++ {
		i, ok := s.index[hash]
		if !ok {
			s.index[hash] = uint32(len(s.all))
			s.all = append(s.all, stack{sample, amounts})
			return nil
		}
		have := &s.all[i]
		if err := s.decode(have.sample); err != nil {
			return err
		}
		if s.other, err = s.expand(s.other[:0]); err != nil {
			return err
		}
		if bytes.Equal(s.key, s.other) {
			have.amounts[0] += amounts[0]
			have.amounts[1] += amounts[1]
			return nil
		}
	}
}

// largest returns the largest stacks, at most MaxSites, in the order of the message.
func (s *stacks) largest() []stack {
	if len(s.all) <= MaxSites {
		return s.all
	}
	sizes := make([]int64, len(s.all))
	for i, st := range s.all {
		sizes[i] = st.amounts[0]
	}
	slices.Sort(sizes)
	least := sizes[len(sizes)-MaxSites]
	larger, _ := slices.BinarySearch(sizes, least+1)
	equal := MaxSites - (len(sizes) - larger) // that have a place beside the larger ones
	return slices.DeleteFunc(s.all, func(st stack) bool {
		if st.amounts[0] == least {
			equal--
			return equal < 0
		}
		return st.amounts[0] < least
	})
}

// fill makes the sites and sums of p.
func (s *stacks) fill(p *Profile) error {
	frames := make([]*Frame, len(s.symbols.frames))
	for _, st := range s.largest() {
		if err := s.decode(st.sample); err != nil {
			return err
		}
		key, err := s.expand(s.key[:0])
		if err != nil {
			return err
		}
		site := Site{Stack: make([]*Frame, 0, len(key)/4)}
		for ; len(key) > 0; key = key[4:] {
			id := binary.LittleEndian.Uint32(key)
			if frames[id] == nil {
				frame := s.symbols.frames[id] // a copy, so that the others can be freed
				frames[id] = &frame
			}
			site.Stack = append(site.Stack, frames[id])
		}
		switch p.Kind {
		case Heap:
			site.Bytes, site.Objects = st.amounts[0], st.amounts[1]
		case Leaked:
			site.Leaked = int(st.amounts[0])
			fallthrough
		case Goroutines:
			site.Goroutines = int(st.amounts[0])
		}
		p.Sites = append(p.Sites, site)
	}
	if p.Kind == Heap {
		p.Bytes, p.Objects, p.Allocated = s.total[0], s.total[1], s.allocated
	} else {
		p.Goroutines = int(s.total[0])
	}
	p.order()
	return nil
}
