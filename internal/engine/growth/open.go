package growth

import (
	"go/types"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/tools/go/ssa"

	"github.com/memlint/memlint/internal/engine/effects"
	"github.com/memlint/memlint/internal/engine/ir"
)

// Most maps that only grow are harmless: their keys are few, though nothing in
// the code says so. Read one by one, fewer than one in four of those of public
// projects was a leak. What keys are called tells many of these from the rest.

// openWords name what comes and goes while a process runs.
var openWords = map[string]bool{
	"account": true, "addr": true, "address": true, "client": true, "conn": true, "connection": true, "customer": true, "device": true,
	"email": true, "event": true, "history": true, "hit": true, "host": true, "hostname": true, "id": true, "identity": true, "intern": true,
	"interned": true, "ip": true, "job": true, "k": true, "key": true, "message": true, "msg": true, "order": true, "origin": true,
	"path": true, "pattern": true, "peer": true, "pod": true, "query": true, "request": true, "room": true, "seen": true,
	"session": true, "sid": true, "span": true, "stream": true, "subject": true, "task": true, "tenant": true, "ticket": true, "token": true,
	"trace": true, "transaction": true, "tx": true, "txn": true, "uid": true, "url": true, "user": true, "username": true, "uuid": true,
	"view": true, "visit": true, "visitor": true, "word": true,
}

// sumWords name sums: of what is counted there may be many, but not of the
// sums.
var sumWords = map[string]bool{"count": true, "counter": true, "metric": true, "stat": true, "total": true}

// isOpen reports whether a name has a word for what comes and goes.
func isOpen(name string) bool {
	has := func(set map[string]bool) bool {
		return slices.ContainsFunc(words(name), func(w string) bool { return set[w] || set[strings.TrimSuffix(w, "s")] })
	}
	return has(openWords) && !has(sumWords)
}

// words splits a name at its capitals and underscores, in lower case: of
// "peerIDs" it returns "peer" and "ids".
func words(name string) []string {
	var out []string
	runes := []rune(name)
	start := 0
	cut := func(end int) {
		if word := strings.Trim(string(runes[start:end]), "_"); word != "" {
			out = append(out, strings.ToLower(word))
		}
		start = end
	}
	for i := 1; i < len(runes); i++ {
		switch rest := runes[i:]; {
		case runes[i] == '_', unicode.IsLower(runes[i-1]) && unicode.IsUpper(rest[0]):
			cut(i)
		case len(rest) > 1 && unicode.IsUpper(runes[i-1]) && unicode.IsUpper(rest[0]) && unicode.IsLower(rest[1]):
			plural := rest[1] == 's' && (len(rest) == 2 || !unicode.IsLower(rest[2]))
			if !plural {
				cut(i)
			}
		}
	}
	cut(len(runes))
	return out
}

// open reports whether something shows that there is no end to the keys of a
// container: where they come from, their type, or what they are called.
func (f *finder) open(c container, ins []*effects.Event) bool {
	keyed, named := false, false
	for _, e := range ins {
		key := keyOf(e)
		if key == nil {
			continue
		}
		keyed = true
		t := f.trace(key)
		if manyValues(ir.Unwrap(key).Type()) {
			return true
		}
		if t.asks {
			continue // the program chose whom to ask
		}
		if slices.ContainsFunc(t.sources, func(s Source) bool { return s.Origin > Caller }) || t.joined {
			return true
		}
		if slices.ContainsFunc(t.sources, isGiven) {
			if slices.ContainsFunc(t.names, isOpen) {
				return true
			}
			named = true
		}
	}
	return !keyed || named && (isOpen(c.global.Name()) || slices.ContainsFunc(c.path.Fields(), isOpen))
}

// isGiven reports whether a source is what a function is called with, or a
// field of that. What is read from a field of the receiver or looked up
// somewhere is there already, mostly as often as there are settings, whatever it
// is called.
func isGiven(s Source) bool {
	param, ok := owner(s.Value).(*ssa.Parameter)
	return ok && (param == s.Value || param.Parent().Signature.Recv() == nil || param != param.Parent().Params[0])
}

// owner returns the object of which v is a field, or of a field of which: v
// itself if it is none.
func owner(v ssa.Value) ssa.Value {
	for {
		switch x := v.(type) {
		case *ssa.FieldAddr:
			v = x.X
		case *ssa.Field:
			v = x.X
		case *ssa.UnOp:
			v = x.X
		default:
			return v
		}
	}
}

// manyValues reports whether keys of a type are many by what they are: numbers
// (but not handles of files), pointers, what may hold any value, combinations, and types called ID.
func manyValues(typ types.Type) bool {
	if n, ok := types.Unalias(typ).(*types.Named); ok && isOpen(n.Obj().Name()) {
		return true
	}
	switch u := typ.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsNumeric != 0 && u.Kind() != types.Uintptr || u.Kind() == types.UnsafePointer
	case *types.Struct:
		if typ.String() == "reflect.Value" {
			return true // with the pointer to the instance
		}
		free := 0
		for field := range u.Fields() {
			if manyValues(field.Type()) || isText(field.Type()) {
				free++
			}
		}
		return free > 1
	case *types.Array:
		return true // a hash, an address
	case *types.Pointer, *types.Chan, *types.Interface:
		return !describes(typ)
	}
	return false
}

func isText(typ types.Type) bool {
	b, ok := typ.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}
