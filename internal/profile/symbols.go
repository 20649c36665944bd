package profile

import "fmt"

// symbols names the frames of a message, as far as they are needed.
type symbols struct {
	*builder
	message   *message
	functions []Frame         // without a line, as they are in the message
	same      []int           // of functions, the first that is equal
	lines     map[line]uint32 // places of frames; of functions only those that are the first
	traces    []trace         // of locations; nil before they are needed
}

func (m *message) symbols(kind Kind) (*symbols, error) {
	s := &symbols{
		builder: newBuilder(kind),
		message: m,
		lines:   make(map[line]uint32),
		traces:  make([]trace, len(m.locations)),
	}
	first := make(map[Frame]int, len(m.functions))
	for i, f := range m.functions {
		name, err := m.string(f.name)
		if err != nil {
			return nil, err
		}
		file, err := m.string(f.file)
		if err != nil {
			return nil, err
		}
		frame := Frame{Func: name, File: file, Start: int(f.start)}
		same, ok := first[frame]
		if !ok {
			same = i
			first[frame] = i
		}
		s.functions = append(s.functions, frame)
		s.same = append(s.same, same)
	}
	return s, nil
}

// expand appends the calls of locations, the innermost first.
func (s *symbols) expand(stack trace, locations []uint64) (trace, error) {
	for _, id := range locations {
		at := s.message.locationIDs.at(id)
		if at < 0 {
			return nil, damaged("no location %d", id)
		}
		if s.traces[at] == nil {
			if err := s.name(at); err != nil {
				return nil, err
			}
		}
		if stack = append(stack, s.traces[at]...); len(stack)/4 > maxDepth {
			return nil, errTooMany
		}
	}
	return stack, nil
}

// name finds the calls of a location.
func (s *symbols) name(at int) error {
	m := s.message
	lines := m.lines[m.locations[at].first:m.locations[at].end]
	if len(lines) == 0 {
		s.traces[at] = s.push(nil, Frame{Func: m.address(at)})
	}
	for _, l := range lines {
		i := m.functionIDs.at(l.function)
		if i < 0 {
			return damaged("no function %d", l.function)
		}
		frame := s.functions[i]
		frame.Line = int(l.line)
		if frame.Func == "" {
			frame.Func = m.address(at)
			s.traces[at] = s.push(s.traces[at], frame)
			continue
		}
		key := line{uint64(s.same[i]), l.line}
		place, ok := s.lines[key]
		if !ok {
			place = s.add(frame)
			s.lines[key] = place
		}
		s.traces[at] = s.traces[at].with(place)
	}
	return nil
}

// address returns what a location is called that nothing names.
func (m *message) address(at int) string { return fmt.Sprintf("%#x", m.addresses[at]) }
