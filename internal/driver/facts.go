package driver

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/gob"
	"fmt"
	"go/types"
	"io"
	"reflect"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/objectpath"
)

// unitFacts is what a unit that is done says of its own package to those that
// import it, directly or not. It is kept as bytes, so that it holds on to no
// syntax or types, and read once, by the first unit that asks.
type unitFacts struct {
	encoded []byte
	sum     [sha256.Size]byte // of encoded

	once    sync.Once
	decoded map[factKey]analysis.Fact
}

// A factKey tells the facts of a package apart. The path of an object holds
// in every universe, so no unit needs the objects of another.
type factKey struct {
	object objectpath.Path // "" is the package itself
	typ    reflect.Type
}

// gobFact is a fact as it is encoded.
type gobFact struct {
	Object objectpath.Path
	Fact   analysis.Fact
}

// set says what the facts are.
func (f *unitFacts) set(encoded []byte) {
	f.encoded, f.sum = encoded, sha256.Sum256(encoded)
}

// get returns the facts. They are shared and must not be changed.
func (f *unitFacts) get() map[factKey]analysis.Fact {
	f.once.Do(func() {
		if len(f.encoded) == 0 {
			return
		}
		var list []gobFact
		if err := gob.NewDecoder(bytes.NewReader(f.encoded)).Decode(&list); err != nil {
			panic(fmt.Sprintf("facts do not decode: %v", err)) // a bug of the fact's type
		}
		f.decoded = make(map[factKey]analysis.Fact, len(list))
		for _, x := range list {
			f.decoded[factKey{x.Object, reflect.TypeOf(x.Fact)}] = x.Fact
		}
	})
	return f.decoded
}

// A factSet answers the analyzers of one unit. Its methods may be called
// concurrently.
type factSet struct {
	pkg      *types.Package
	imported map[string]*unitFacts   // by the path of a package that pkg depends on
	closure  func() []*types.Package // packages that pkg depends on

	mu    sync.Mutex
	paths objectpath.Encoder
	own   map[ownKey]analysis.Fact
}

// ownKey is by object, since objects without a path have facts too as long as
// the unit lasts.
type ownKey struct {
	obj types.Object // nil is the package itself
	typ reflect.Type
}

// register tells gob of the types of facts of analyzers and of those they
// require. Gob numbers types in the order in which it meets them and writes the
// numbers: for the same facts to be the same bytes in every run, it meets them
// here and not as workers happen to.
func register(analyzers []*analysis.Analyzer) {
	for _, a := range analyzers {
		for _, fact := range a.FactTypes {
			gob.Register(fact)
			gob.NewEncoder(io.Discard).Encode([]gobFact{{Fact: fact}}) // an error is told with the fact
		}
		register(a.Requires)
	}
}

func (s *factSet) importObjectFact(obj types.Object, ptr analysis.Fact) bool {
	if obj == nil {
		panic("nil object")
	}
	if obj.Pkg() == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	typ := reflect.TypeOf(ptr)
	if obj.Pkg() == s.pkg {
		return copyFact(ptr, s.own[ownKey{obj, typ}])
	}
	facts := s.imported[obj.Pkg().Path()]
	if facts == nil || len(facts.get()) == 0 {
		return false // spares finding the path
	}
	path, err := s.paths.For(obj)
	if err != nil {
		return false
	}
	return copyFact(ptr, facts.get()[factKey{path, typ}])
}

func (s *factSet) importPackageFact(pkg *types.Package, ptr analysis.Fact) bool {
	if pkg == nil {
		panic("nil package")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	typ := reflect.TypeOf(ptr)
	if pkg == s.pkg {
		return copyFact(ptr, s.own[ownKey{nil, typ}])
	}
	facts := s.imported[pkg.Path()]
	return facts != nil && copyFact(ptr, facts.get()[factKey{"", typ}])
}

// copyFact sets *ptr to *fact and reports whether there is a fact.
func copyFact(ptr, fact analysis.Fact) bool {
	if fact == nil {
		return false
	}
	reflect.ValueOf(ptr).Elem().Set(reflect.ValueOf(fact).Elem())
	return true
}

func (s *factSet) exportObjectFact(obj types.Object, fact analysis.Fact) {
	if obj.Pkg() != s.pkg {
		panic(fmt.Sprintf("in package %s: ExportObjectFact(%s, %T): object belongs to another package", s.pkg.Path(), obj, fact))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own[ownKey{obj, reflect.TypeOf(fact)}] = fact
}

func (s *factSet) exportPackageFact(fact analysis.Fact) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.own[ownKey{nil, reflect.TypeOf(fact)}] = fact
}

// allObjectFacts returns the facts about objects with types that a exports:
// those of this unit and of all it depends on, in the order of their packages
// and paths.
func (s *factSet) allObjectFacts(a *analysis.Analyzer) []analysis.ObjectFact {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []analysis.ObjectFact
	for key, fact := range s.own {
		if key.obj != nil && isFactOf(a, key.typ) {
			all = append(all, analysis.ObjectFact{Object: key.obj, Fact: fact})
		}
	}
	slices.SortFunc(all, func(x, y analysis.ObjectFact) int {
		return cmp.Or(cmp.Compare(x.Object.Pos(), y.Object.Pos()), cmp.Compare(typeName(x.Fact), typeName(y.Fact)))
	})
	s.eachImported(a, func(pkg *types.Package, object objectpath.Path, fact analysis.Fact) {
		if object == "" {
			return
		}
		if obj, err := objectpath.Object(pkg, object); err == nil {
			all = append(all, analysis.ObjectFact{Object: obj, Fact: fact})
		}
	})
	return all
}

// allPackageFacts is to facts about packages what allObjectFacts is to those
// about objects.
func (s *factSet) allPackageFacts(a *analysis.Analyzer) []analysis.PackageFact {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []analysis.PackageFact
	for _, typ := range a.FactTypes {
		if fact := s.own[ownKey{nil, reflect.TypeOf(typ)}]; fact != nil {
			all = append(all, analysis.PackageFact{Package: s.pkg, Fact: fact})
		}
	}
	s.eachImported(a, func(pkg *types.Package, object objectpath.Path, fact analysis.Fact) {
		if object == "" {
			all = append(all, analysis.PackageFact{Package: pkg, Fact: fact})
		}
	})
	return all
}

func (s *factSet) eachImported(a *analysis.Analyzer, yield func(*types.Package, objectpath.Path, analysis.Fact)) {
	for _, pkg := range s.closure() {
		facts := s.imported[pkg.Path()]
		if facts == nil {
			continue
		}
		decoded := facts.get()
		keys := make([]factKey, 0, len(decoded))
		for key := range decoded {
			if isFactOf(a, key.typ) {
				keys = append(keys, key)
			}
		}
		slices.SortFunc(keys, func(x, y factKey) int {
			return cmp.Or(cmp.Compare(x.object, y.object), cmp.Compare(x.typ.String(), y.typ.String()))
		})
		for _, key := range keys {
			yield(pkg, key.object, decoded[key])
		}
	}
}

// isFactOf reports whether a has facts of the given type.
func isFactOf(a *analysis.Analyzer, typ reflect.Type) bool {
	return slices.ContainsFunc(a.FactTypes, func(f analysis.Fact) bool { return reflect.TypeOf(f) == typ })
}

func typeName(fact analysis.Fact) string { return reflect.TypeOf(fact).String() }

// ofPackage reports whether one of the unit's own facts is about the package.
func (s *factSet) ofPackage() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key := range s.own {
		if key.obj == nil {
			return true
		}
	}
	return false
}

// encode returns the facts of the unit's own package, the same bytes for the
// same facts. Objects without a path, those that no other package can name,
// are left out, and so are those that include says no to. The error tells of a
// fact that gob cannot encode.
func (s *factSet) encode(include func(types.Object) bool) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []gobFact
	for key, fact := range s.own {
		var path objectpath.Path
		if key.obj != nil {
			if !include(key.obj) {
				continue
			}
			var err error
			if path, err = s.paths.For(key.obj); err != nil {
				continue
			}
		}
		list = append(list, gobFact{path, fact})
	}
	if len(list) == 0 {
		return nil, nil
	}
	slices.SortFunc(list, func(x, y gobFact) int {
		return cmp.Or(cmp.Compare(x.Object, y.Object), cmp.Compare(typeName(x.Fact), typeName(y.Fact)))
	})
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(list); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
