package bounded

import "sync"

var (
	slotMu sync.Mutex
	cells  []uintptr
	vacant []int
	marks  []uintptr
)

// Take is fine: cells that are vacant come first.
func Take(v uintptr) int {
	slotMu.Lock()
	defer slotMu.Unlock()
	if len(vacant) > 0 {
		at := vacant[len(vacant)-1]
		vacant = vacant[:len(vacant)-1]
		cells[at] = v
		return at
	}
	cells = append(cells, v)
	return len(cells) - 1
}

// Give adds to the free cells.
func Give(at int) {
	slotMu.Lock()
	defer slotMu.Unlock()
	vacant = append(vacant, at)
}

// Mark looks at the free cells and fills none.
func Mark(v uintptr) {
	slotMu.Lock()
	defer slotMu.Unlock()
	if len(vacant) == 0 {
		marks = append(marks, v) // want `slice grows and is never cut; held by package variable marks`
	}
}
