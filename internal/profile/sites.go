package profile

import "encoding/binary"

// builder makes the sites of a profile, each stack and each frame once.
type builder struct {
	profile *Profile
	frames  []*Frame
	places  map[Frame]uint32 // in frames
	sites   map[string]int   // places in the profile, by stack
	calls   int              // of all sites
}

// A trace is a stack: the places of its frames, 4 bytes each, so that it can be a key.
type trace []byte

func newBuilder(kind Kind) *builder {
	return &builder{
		profile: &Profile{Kind: kind},
		places:  make(map[Frame]uint32),
		sites:   make(map[string]int),
	}
}

// push appends a frame to a stack.
func (b *builder) push(stack trace, frame Frame) trace {
	place, ok := b.places[frame]
	if !ok {
		place = b.add(frame)
		b.places[frame] = place
	}
	return stack.with(place)
}

// add returns the place of a frame that is not there.
func (b *builder) add(frame Frame) uint32 {
	b.frames = append(b.frames, &frame)
	return uint32(len(b.frames) - 1)
}

func (t trace) with(place uint32) trace { return binary.LittleEndian.AppendUint32(t, place) }

// site returns the site of a stack, which is new the first time.
func (b *builder) site(stack trace) *Site {
	i, ok := b.sites[string(stack)]
	if !ok {
		i = len(b.profile.Sites)
		b.sites[string(stack)] = i
		site := Site{Stack: make([]*Frame, 0, len(stack)/4)}
		for ; len(stack) > 0; stack = stack[4:] {
			site.Stack = append(site.Stack, b.frames[binary.LittleEndian.Uint32(stack)])
		}
		b.calls += len(site.Stack)
		b.profile.Sites = append(b.profile.Sites, site)
	}
	return &b.profile.Sites[i]
}

// check returns an error if there is too much.
func (b *builder) check() error {
	if max(len(b.frames), len(b.sites)) > maxThings || b.calls > maxCalls {
		return errTooMany
	}
	return nil
}
