// Package removal is for a version of Go that does not clear what it deletes.
package removal

import "slices"

type peer struct{ addrs []string }

type Peers struct{ list []*peer }

func (p *Peers) Add(x *peer) { p.list = append(p.list, x) }

func (p *Peers) Remove(i int) {
	p.list = slices.Delete(p.list, i, i+1) // want `slots cut off keep their pointers; held by Peers.list`
}
