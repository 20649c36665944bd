package taken

// Early is in the file that comes first: what janitors do, which is written in
// the last, is known here all the same.
func Early(name string) int { return visits.get(name) }

func (s *visitTable) get(name string) int {
	s.start.Do(s.janitor)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended[name] = s.ended[name] + 1
	return s.ended[name]
}
