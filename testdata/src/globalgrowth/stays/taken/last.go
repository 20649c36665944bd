package taken

import "sync"

// A booth is there for as long as somebody waits in it.
type booth struct {
	cond    sync.Cond
	waiting int
}

var (
	boothMu sync.Mutex
	booths  = map[string]*booth{}
	halls   = map[string]*booth{}
)

// Wait is fine: who leaves last takes out the booth that the first one made.
func Wait(name string) {
	boothMu.Lock()
	defer boothMu.Unlock()
	r := booths[name]
	if r == nil {
		r = &booth{}
		r.cond.L = &boothMu
		booths[name] = r
	}
	r.waiting++
	r.cond.Wait()
	r.waiting--
	if r.waiting == 0 {
		delete(booths, name)
	}
}

// Try takes out what it has put in only if it was in a hurry.
func Try(name string, hurry bool) {
	boothMu.Lock()
	defer boothMu.Unlock()
	h := halls[name]
	if h == nil {
		h = &booth{}
		halls[name] = h // want `map gets keys and never loses any; held by package variable halls`
	}
	h.waiting++
	if hurry {
		delete(halls, name)
	}
}
