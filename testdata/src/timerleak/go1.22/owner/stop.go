package owner

func (s *Split) Close() error {
	s.beat.Stop()
	return nil
}
