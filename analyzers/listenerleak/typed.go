package listenerleak

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/types/typeutil"

	"github.com/memlint/memlint/internal/engine/effects"
)

// typed returns what is known of a method that keeps a channel, which it is given or returns, in
// its receiver: another method takes such a channel, and nothing else, does not wait for it, and takes some out. Of the
// two the facts tell which is which, whatever they are called.
func (c *checker) typed(fn *types.Func) (api, bool) {
	sig := fn.Signature()
	if sig.Recv() == nil || takesContext(sig) || types.IsInterface(sig.Recv().Type()) {
		return api{}, false
	}
	a := api{fn: fn, listener: -1, handle: -1}
	var typ types.Type
	if i := channelOf(sig); i >= 0 {
		a.handle, typ = i, sig.Results().At(i).Type()
	} else if i := slices.IndexFunc(slices.Collect(sig.Params().Variables()), func(p *types.Var) bool { return isChan(p.Type()) }); i >= 0 {
		a.listener, typ = i+1, sig.Params().At(i).Type()
	} else {
		return api{}, false
	}
	if sum := c.SummaryOf(fn); sum == nil || !sum.Has(effects.Grow, 0) || sum.Has(effects.Shrink, 0) || a.listener >= 0 && !sum.Has(effects.Store, a.listener) {
		return api{}, false
	}
	for _, sel := range typeutil.IntuitiveMethodSet(sig.Recv().Type(), nil) {
		other := sel.Obj().(*types.Func).Origin()
		params := other.Signature().Params()
		if other == fn || params.Len() != 1 || !isChan(params.At(0).Type()) || !types.AssignableTo(typ, params.At(0).Type()) {
			continue
		}
		if sum := c.SummaryOf(other); sum != nil && sum.Has(effects.Shrink, 0) && !sum.Has(effects.Grow, 0) && !sum.Has(effects.Recv, 1) && !sum.Has(effects.Wait, 1) {
			a.inverses = append(a.inverses, other)
		}
	}
	if len(a.inverses) == 0 {
		return api{}, false
	}
	if a.handle >= 0 {
		a.release = a.inverses[0].Name()
	}
	return a, true
}

func isChan(t types.Type) bool {
	_, ok := t.Underlying().(*types.Chan)
	return ok
}
