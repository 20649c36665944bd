package profile

import "fmt"

// symbols has the frames of all locations. Equal ones are one, whatever their address.
type symbols struct {
	frames    []Frame
	ids       []uint32 // of frames
	locations []span   // of ids, as they are in the message
}

// symbols names all locations.
func (m *message) symbols() (*symbols, error) {
	// Functions without their line, so that the many frames need no long key.
	var functions []Frame
	byFrame := make(map[Frame]int)
	intern := func(f Frame) int {
		i, ok := byFrame[f]
		if !ok {
			i = len(functions)
			byFrame[f] = i
			functions = append(functions, f)
		}
		return i
	}
	interned := make([]int, len(m.functions))
	for i, f := range m.functions {
		name, err := m.string(f.name)
		if err != nil {
			return nil, err
		}
		file, err := m.string(f.file)
		if err != nil {
			return nil, err
		}
		interned[i] = intern(Frame{Func: name, File: file, Start: int(f.start)})
	}

	type call struct {
		function int
		line     int64
	}
	s := new(symbols)
	byCall := make(map[call]uint32)
	add := func(c call) {
		i, ok := byCall[c]
		if !ok {
			i = uint32(len(s.frames))
			byCall[c] = i
			f := functions[c.function]
			f.Line = int(c.line)
			s.frames = append(s.frames, f)
		}
		s.ids = append(s.ids, i)
	}
	for i, lines := range m.locations {
		first := len(s.ids)
		for _, l := range m.lines[lines.first:lines.end] {
			at := m.functionIDs.at(l.function)
			if at < 0 {
				return nil, damaged("no function %d", l.function)
			}
			c := call{interned[at], l.line}
			if f := functions[c.function]; f.Func == "" {
				f.Func = fmt.Sprintf("%#x", m.addresses[i])
				c.function = intern(f)
			}
			add(c)
		}
		if first == len(s.ids) {
			add(call{intern(Frame{Func: fmt.Sprintf("%#x", m.addresses[i])}), 0})
		}
		s.locations = append(s.locations, span{uint32(first), uint32(len(s.ids))})
	}
	return s, nil
}
