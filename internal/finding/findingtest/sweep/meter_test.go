package sweep_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/gob"
	"flag"
	"fmt"
	"go/types"
	"maps"
	"reflect"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/tools/go/analysis"
)

const (
	// patience is how long one analyzer may take for one package, which takes the
	// slowest a few seconds on a slow machine.
	patience = 3 * time.Minute

	// What facts of an analyzer on a package may come to, in bytes: some for its
	// types alone, and then by the size of the source.
	factsBase  = 16 << 10
	factsShare = 1
)

// allFlags sets the flags of analyzers for the time of the test to what has them
// find the most.
func allFlags(t *testing.T, analyzers []*analysis.Analyzer) {
	t.Helper()
	for _, a := range analyzers {
		a.Flags.VisitAll(func(f *flag.Flag) {
			value, ok := f.Value.(flag.Getter)
			if !ok {
				return
			}
			all := "true"
			if _, isSize := value.Get().(int64); isSize {
				all = "1" // byte
			}
			if err := value.Set(all); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { value.Set(f.DefValue) })
		})
	}
}

// A factsKey is an analyzer on a package.
type factsKey struct{ analyzer, pkg string }

// A factsSum is the hash of facts.
type factsSum [sha256.Size]byte

// A meter looks at analyzers while they run.
type meter struct {
	t        *testing.T
	restore  []func()
	finished chan struct{}

	mu      sync.Mutex
	running map[factsKey]time.Time
	facts   map[factsKey]factsSum
}

// newMeter returns a meter of the analyzers and of those that they require.
func newMeter(t *testing.T, analyzers []*analysis.Analyzer) *meter {
	m := &meter{t: t, finished: make(chan struct{}), running: make(map[factsKey]time.Time), facts: make(map[factsKey]factsSum)}
	metered := make(map[*analysis.Analyzer]bool)
	var visit func(list []*analysis.Analyzer)
	visit = func(list []*analysis.Analyzer) {
		for _, a := range list {
			if !metered[a] {
				metered[a] = true
				run := a.Run
				a.Run = func(pass *analysis.Pass) (any, error) { return m.run(run, pass) }
				m.restore = append(m.restore, func() { a.Run = run })
				visit(a.Requires)
			}
		}
	}
	visit(analyzers)
	go m.watch()
	return m
}

// stop returns the hashes of all facts.
func (m *meter) stop() map[factsKey]factsSum {
	close(m.finished)
	for _, f := range m.restore {
		f()
	}
	return m.facts
}

// watch ends the process if an analyzer hangs: nothing else would end that.
func (m *meter) watch() {
	for {
		select {
		case <-m.finished:
			return
		case <-time.After(patience / 20):
		}
		m.mu.Lock()
		for key, since := range m.running {
			if time.Since(since) > patience {
				debug.SetTraceback("all")
				panic(fmt.Sprintf("%s on %s has not ended after %v", key.analyzer, key.pkg, patience))
			}
		}
		m.mu.Unlock()
	}
}

func (m *meter) run(run func(*analysis.Pass) (any, error), pass *analysis.Pass) (any, error) {
	key := factsKey{pass.Analyzer.Name, pass.Pkg.Path()}
	m.mu.Lock()
	m.running[key] = time.Now()
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		delete(m.running, key)
		m.mu.Unlock()
	}()
	facts := make(map[string]analysis.Fact)
	of := func(obj types.Object, fact analysis.Fact) string {
		return fmt.Sprintf("%s %s %T", pass.Fset.Position(obj.Pos()), obj, fact)
	}
	metered := *pass
	metered.ExportObjectFact = func(obj types.Object, fact analysis.Fact) {
		facts[of(obj, fact)] = fact
		pass.ExportObjectFact(obj, fact)
	}
	metered.ExportPackageFact = func(fact analysis.Fact) {
		facts[fmt.Sprintf("%T", fact)] = fact
		pass.ExportPackageFact(fact)
	}
	result, err := run(&metered)
	if len(facts) > 0 {
		m.note(key, pass, facts)
	}
	return result, err
}

// note keeps the hash of facts, and checks how many bytes they take.
func (m *meter) note(key factsKey, pass *analysis.Pass, facts map[string]analysis.Fact) {
	var encoded bytes.Buffer
	enc := gob.NewEncoder(&encoded)
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		if err := cmp.Or(enc.Encode(name), enc.EncodeValue(reflect.ValueOf(facts[name]))); err != nil {
			m.t.Errorf("fact %s: %v", name, err)
		}
	}
	source := 0
	for _, f := range pass.Files {
		source += int(f.FileEnd - f.FileStart)
	}
	if n := encoded.Len(); n > factsBase+factsShare*source {
		m.t.Errorf("facts of %s on %s are %d bytes, for a source of %d bytes", key.analyzer, key.pkg, n, source)
	}
	m.mu.Lock()
	m.facts[key] = sha256.Sum256(encoded.Bytes())
	m.mu.Unlock()
}
