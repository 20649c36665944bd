package profile

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// A stack is what a sample has, and the sums of all samples with the same locations.
// That they have the same frames is seen later, when only the largest are left.
type stack struct {
	sample  []byte
	amounts [2]int64
}

// stacks adds up samples by their locations.
type stacks struct {
	seed  maphash.Seed
	index map[uint64]uint32 // of all, by the hash of their locations
	all   []stack
	total [2]int64

	allocated int64

	key, other []byte // kept between samples, as each needs them
}

// stacks returns the samples of which columns have something.
func (m *message) stacks(columns []int) (*stacks, error) {
	s := &stacks{seed: maphash.MakeSeed(), index: make(map[uint64]uint32)}
	var values []uint64
	var err error
	for sample := range m.samples.each() {
		if values, err = numbers(values[:0], sample, 2); err != nil {
			return nil, err
		}
		if len(values) != len(m.types) {
			return nil, damaged("a sample of %d values, not %d", len(values), len(m.types))
		}
		if a := m.allocated; a >= 0 {
			s.allocated += int64(values[a])
		}
		var amounts [2]int64
		for i, c := range columns {
			amounts[i] = int64(values[c])
			s.total[i] += amounts[i]
			if amounts[i] < 0 || s.total[i] < 0 {
				return nil, errKind("a profile with negative amounts, such as a difference of two")
			}
		}
		if amounts == [2]int64{} {
			continue
		}
		if err := s.add(sample, amounts); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *stacks) add(sample []byte, amounts [2]int64) (err error) {
	if s.key, err = packed(s.key[:0], sample, 1); err != nil {
		return err
	}
	for hash := maphash.Bytes(s.seed, s.key); ; hash++ {
		i, ok := s.index[hash]
		if !ok {
			s.index[hash] = uint32(len(s.all))
			s.all = append(s.all, stack{sample, amounts})
			return nil
		}
		have := &s.all[i]
		if s.other, err = packed(s.other[:0], have.sample, 1); err != nil {
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
