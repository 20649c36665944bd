package watch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/memlint/memlint/internal/profile"
)

// Names of profiles, as servers and files have them.
const (
	heapName      = "heap"
	goroutineName = "goroutine"
	leakedName    = "goroutineleak"
)

// A reading is what the profiles of one time say.
type reading struct {
	time       time.Time
	heap       *profile.Profile
	goroutines *profile.Profile // nil if the server has none, as is
	leaked     *profile.Profile
}

// A poller asks for readings and keeps them as files.
type poller struct {
	*options
	noLeaked bool   // since the server does not have the profile
	written  int    // files
	unsaved  error  // why the first file that is not there is not
	partial  string // what is wrong with goroutines, "" if nothing is
}

// poll asks for all profiles. The error is one line, and means that there is no
// heap profile.
func (p *poller) poll(ctx context.Context) (*reading, error) {
	r := &reading{time: time.Now()}
	var err error
	if r.heap, err = p.fetch(ctx, heapName, profile.Heap, r.time); err != nil {
		return nil, err
	}
	p.partial = ""
	if r.goroutines, err = p.fetch(ctx, goroutineName, profile.Goroutines, r.time); err != nil {
		p.partial = err.Error()
	}
	if p.noLeaked || p.partial != "" {
		return r, ctx.Err()
	}
	r.leaked, err = p.fetch(ctx, leakedName, profile.Leaked, r.time)
	if p.noLeaked = errors.Is(err, errMissing); err != nil && !p.noLeaked {
		p.partial = err.Error()
	}
	return r, ctx.Err()
}

func (p *poller) fetch(ctx context.Context, name string, kind profile.Kind, at time.Time) (*profile.Profile, error) {
	data, err := p.server.get(ctx, name, p.collect && name == heapName)
	if err != nil {
		return nil, err
	}
	from := p.server.shown(p.server.base.JoinPath(name))
	prof, err := profile.Read(from, bytes.NewReader(data))
	if err != nil {
		return nil, refused{plain(err.Error())}
	}
	if kind == profile.Leaked && prof.Kind == profile.Goroutines {
		prof.Kind = kind // by what it was asked for
	}
	if prof.Kind != kind {
		return nil, refused{fmt.Sprintf("%s: the answer is another profile", from)}
	}
	if p.dir != "" {
		if err := writeSnapshot(p.dir, snapshotName(name, at), data); err == nil {
			p.written++
		} else if p.unsaved == nil {
			p.unsaved = err
		}
	}
	return prof, nil
}
