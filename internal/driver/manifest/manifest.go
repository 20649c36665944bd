// Package manifest tells whether files and folders are as they were, without
// reading them.
//
// A file is as it was if it is the same file, with the same size and the same
// times. The time that counts is that of the last change of the inode, which
// the kernel sets, and which no program can set back as it can the time of the
// last modification. A folder has another time when an entry comes, goes or is
// renamed. What is not there is as it was if it still is not there.
//
// Clocks have a granularity: a file that changes twice within one tick has the
// same time. So a manifest is not made of what changed just before it was read
// or later. This is wrong if the clock is set back meanwhile, or that of a
// remote file system is late by more than the margin.
package manifest

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// A Manifest says what files and folders were.
type Manifest struct {
	Names []string // sorted
	Sum   [sha256.Size]byte
}

// Take returns the manifest of names, of which some may not exist. It is not ok
// if one may have changed after it was read, which was not before the given
// time, if one cannot be looked at, or if the system does not tell enough.
func Take(names []string, read time.Time) (m *Manifest, ok bool) {
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	sum, settled, ok := stampAll(names)
	if !ok || !settled.Before(read) {
		return nil, false
	}
	return &Manifest{names, sum}, true
}

// Holds reports whether all is as it was.
func (m *Manifest) Holds() bool {
	sum, _, ok := stampAll(m.Names)
	return ok && sum == m.Sum
}

// A stamp is what tells a file from what it may become.
type stamp struct {
	Device, Inode, Mode         uint64
	Size                        int64
	Modified, Changed           int64 // seconds
	ModifiedNanos, ChangedNanos int64
}

// settled returns from when on a change would have given the file another time.
func (s stamp) settled() time.Time {
	tick := 100 * time.Millisecond // ten of the slowest kernel
	if s.ChangedNanos == 0 {
		tick = 2 * time.Second // FAT counts so
	}
	return time.Unix(s.Changed, s.ChangedNanos).Add(tick)
}

// stampAll returns a hash of the stamps of files, and from when on any change
// would have changed it.
func stampAll(names []string) (sum [sha256.Size]byte, settled time.Time, ok bool) {
	h := sha256.New()
	var line []byte
	for _, name := range names {
		if strings.Contains(name, "\x00") {
			return sum, settled, false
		}
		s, exists, ok := stampOf(name)
		if !ok {
			return sum, settled, false
		}
		line = append(append(line[:0], name...), 0)
		if exists {
			line, _ = binary.Append(line, binary.LittleEndian, s) // all of it has a fixed size
			if at := s.settled(); at.After(settled) {
				settled = at
			}
		}
		h.Write(append(line, 0))
	}
	return [sha256.Size]byte(h.Sum(nil)), settled, true
}
