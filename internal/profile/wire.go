package profile

import (
	"encoding/binary"
	"fmt"
	"iter"

	"google.golang.org/protobuf/encoding/protowire"
)

func damaged(format string, args ...any) error {
	return fmt.Errorf("damaged: "+format, args...)
}

// fields calls visit for each field of a message that is a number, v, or has bytes
// inside, which are not nil then.
func fields(message []byte, visit func(num protowire.Number, v uint64, inside []byte) error) error {
	for len(message) > 0 {
		num, typ, n := protowire.ConsumeTag(message)
		if n < 0 {
			return damaged("%w", protowire.ParseError(n))
		}
		message = message[n:]
		var v uint64
		var inside []byte
		switch typ {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(message)
		case protowire.BytesType:
			inside, n = protowire.ConsumeBytes(message)
		default:
			n = protowire.ConsumeFieldValue(num, typ, message)
		}
		if n < 0 {
			return damaged("%w", protowire.ParseError(n))
		}
		message = message[n:]
		if typ != protowire.VarintType && typ != protowire.BytesType {
			continue
		}
		if err := visit(num, v, inside); err != nil {
			return err
		}
	}
	return nil
}

// scalars returns the numbers of a message by field.
func scalars(message []byte) (values [8]uint64, err error) {
	err = fields(message, func(num protowire.Number, v uint64, inside []byte) error {
		if inside == nil && int(num) < len(values) {
			values[num] = v
		}
		return nil
	})
	return values, err
}

// numbers appends the numbers of one field of a message, which may be packed.
func numbers(dst []uint64, message []byte, field protowire.Number) ([]uint64, error) {
	err := fields(message, func(num protowire.Number, v uint64, packed []byte) error {
		if num != field {
			return nil
		}
		if packed == nil {
			dst = append(dst, v)
		}
		for len(packed) > 0 {
			v, n := protowire.ConsumeVarint(packed)
			if n < 0 {
				return damaged("%w", protowire.ParseError(n))
			}
			dst = append(dst, v)
			packed = packed[n:]
		}
		return nil
	})
	return dst, err
}

// packed appends the numbers of one field of a message as they are when packed.
func packed(dst []byte, message []byte, field protowire.Number) ([]byte, error) {
	err := fields(message, func(num protowire.Number, v uint64, packed []byte) error {
		switch {
		case num != field:
		case packed == nil:
			dst = protowire.AppendVarint(dst, v)
		default:
			dst = append(dst, packed...)
		}
		return nil
	})
	return dst, err
}

// ids says which things have which id, by the order in which they were added. Ids
// are mostly small, and then no map is needed.
type ids struct {
	n      uint32
	dense  []uint32 // 1 more than the place of the thing; 0 for none
	sparse map[uint64]uint32
}

func (s *ids) add(id uint64) {
	s.n++
	if id >= 4*uint64(s.n)+1024 {
		if s.sparse == nil {
			s.sparse = make(map[uint64]uint32)
		}
		s.sparse[id] = s.n
		return
	}
	if missing := int(id) + 1 - len(s.dense); missing > 0 {
		s.dense = append(s.dense, make([]uint32, missing)...)
	}
	s.dense[id] = s.n
}

// at returns the place of a thing, and -1 if there is none with this id.
func (s *ids) at(id uint64) int {
	if id < uint64(len(s.dense)) && s.dense[id] > 0 {
		return int(s.dense[id]) - 1
	}
	return int(s.sparse[id]) - 1
}

// records are many short messages, without the cost of a slice for each.
type records struct {
	n      int
	chunks [][]byte
}

func (r *records) add(b []byte) {
	r.n++
	last := len(r.chunks) - 1
	if last < 0 || cap(r.chunks[last])-len(r.chunks[last]) < len(b)+binary.MaxVarintLen32 {
		r.chunks = append(r.chunks, make([]byte, 0, max(chunk, len(b)+binary.MaxVarintLen32)))
		last++
	}
	r.chunks[last] = protowire.AppendBytes(r.chunks[last], b)
}

func (r *records) each() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, c := range r.chunks {
			for len(c) > 0 {
				b, n := protowire.ConsumeBytes(c)
				if !yield(b) {
					return
				}
				c = c[n:]
			}
		}
	}
}
