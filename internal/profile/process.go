package profile

// Process returns, of profiles in the order of Sort, those of one process: of the last of
// which there are at least enough heap profiles, or of the last if there is none. A process
// has begun since another one if it has allocated less in its life, as a heap profile says;
// what is no heap profile is of the process of the heap profile next to it.
func Process(profiles []*Profile, enough int) []*Profile {
	begins := []int{0} // where processes begin
	heaps := []int{0}  // how many heap profiles they have
	before := -1       // the last heap profile
	for i, p := range profiles {
		if p.Kind != Heap {
			continue
		}
		if before >= 0 && p.Allocated < profiles[before].Allocated {
			begins = append(begins, first(profiles, before, i))
			heaps = append(heaps, 0)
		}
		heaps[len(heaps)-1]++
		before = i
	}
	last := len(begins) - 1
	for i, n := range heaps {
		if n >= enough {
			last = i
		}
	}
	if last+1 < len(begins) {
		profiles = profiles[:begins[last+1]]
	}
	return profiles[begins[last]:]
}

// first returns the first of the profiles behind one heap profile, before and with another one,
// that is nearer to the latter.
func first(profiles []*Profile, before, at int) int {
	for i := before + 1; i < at; i++ {
		if t := profiles[i].Time; profiles[at].Time.Sub(t) < t.Sub(profiles[before].Time) {
			return i
		}
	}
	return at
}
