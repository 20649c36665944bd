package driver

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"flag"
	"fmt"
	"go/token"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/tools/go/analysis"

	"github.com/memlint/memlint/internal/driver/cache"
	"github.com/memlint/memlint/internal/driver/report"
)

// Outcomes of units are kept between runs under the hash of all that they
// depend on: the executable, the analyzers and their flags, the toolchain, what
// `go list` says of the package, the text of its files, the export data of what
// it imports. What is kept says besides which facts of dependencies it is for;
// so an edit that changes neither export data nor facts changes nothing beyond
// its own package.
//
// Positions are absolute, here and in export data, and the key has the names of
// files as they are: a checkout that is moved is analysed again.
//
// A unit with problems is not kept, since problems may go away by themselves.

// A keeper keeps outcomes. A nil keeper keeps none.
type keeper struct {
	cache   *cache.Cache
	exports *exports
	all     []byte // what every unit depends on that is reported
	factual []byte // the same for units of which only facts are wanted
	mods    *sums  // of go.mod files
}

// executable returns the hash of the program that runs.
var executable = sync.OnceValues(func() (sum [sha256.Size]byte, err error) {
	name, err := os.Executable()
	if err != nil {
		return sum, err
	}
	f, err := os.Open(name)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return [sha256.Size]byte(h.Sum(nil)), err
})

// newKeeper returns the keeper of a run, nil if nothing can be kept.
func newKeeper(c *cache.Cache, x *exports, all, factual []*analysis.Analyzer) *keeper {
	if c == nil {
		return nil
	}
	tool, err := executable()
	if err != nil {
		return nil
	}
	salt := func(analyzers []*analysis.Analyzer) []byte {
		h := sha256.New()
		fmt.Fprintf(h, "memlint outcome 1\n%x\n%q %q\n", tool, x.listing.env.GOVERSION, x.listing.env.GOARCH)
		writeFlags(h, analyzers)
		return h.Sum(nil)
	}
	return &keeper{
		cache:   c,
		exports: x,
		// The analyzers may be the same.
		all:     append([]byte("reported "), salt(all)...),
		factual: salt(factual),
		mods:    &sums{read: readRegular},
	}
}

// writeFlags writes the names of analyzers and the values of their flags.
func writeFlags(h hash.Hash, analyzers []*analysis.Analyzer) {
	for _, a := range analyzers {
		fmt.Fprintf(h, "analyzer %q\n", a.Name)
		a.Flags.VisitAll(func(f *flag.Flag) { fmt.Fprintf(h, "%q=%q\n", f.Name, f.Value.String()) })
	}
}

// key returns the hash of what the outcome of u depends on besides facts.
// Files have the hashes that sum returns.
func (k *keeper) key(u *unit, sum func(name string) ([sha256.Size]byte, error)) (cache.Key, error) {
	h := sha256.New()
	if u.reported {
		h.Write(k.all)
	} else {
		h.Write(k.factual)
	}
	fmt.Fprintf(h, "\n%q %q %q %t %q\n", u.ImportPath, u.Name, u.ForTest, u.Standard, u.Dir)
	if m := u.Module; m != nil {
		fmt.Fprintf(h, "module %q %q %q %t %q %q %q\n", m.Path, m.Version, m.GoVersion, m.Main, m.Dir, m.GoMod, fmt.Sprint(m.Time))
		if m.Replace != nil {
			fmt.Fprintf(h, "replaced by %q %q %q\n", m.Replace.Path, m.Replace.Version, m.Replace.Dir)
		}
	}
	// The settings of a go.mod are in no field of Module.
	if err := k.goMod(h, u.Dir); err != nil {
		return cache.Key{}, err
	}
	for _, list := range [][]string{u.sources(), u.otherFiles(), u.abs(u.IgnoredGoFiles, u.IgnoredOtherFiles)} {
		fmt.Fprintf(h, "files %d\n", len(list))
		for _, name := range list {
			sum, err := sum(name)
			if err != nil {
				return cache.Key{}, err
			}
			fmt.Fprintf(h, "%q %x\n", name, sum)
		}
	}
	fmt.Fprintf(h, "map %q\n", u.ImportMap) // fmt sorts keys
	for id := range u.imports {
		e := k.exports.all[id]
		if e == nil {
			return cache.Key{}, fmt.Errorf("no package %s", id)
		}
		fmt.Fprintf(h, "import %q %x\n", id, e.shape)
	}
	return cache.Key(h.Sum(nil)), nil
}

// goMod writes the hash of the go.mod that files in dir belong to, if there is one.
func (k *keeper) goMod(h hash.Hash, dir string) error {
	for {
		name := filepath.Join(dir, "go.mod")
		sum, err := k.mods.of(name)
		if err == nil {
			fmt.Fprintf(h, "go.mod %q %x\n", name, sum)
			return nil
		}
		if !os.IsNotExist(err) {
			return err
		}
		up := filepath.Dir(dir)
		if up == dir {
			return nil
		}
		dir = up
	}
}

// look finds what is kept for units, before any is analysed, of which files have
// the hashes that sum returns. Whether it is for the facts that their dependencies
// will have is not known yet.
func (k *keeper) look(units []*unit, workers int, sum func(name string) ([sha256.Size]byte, error)) {
	if k == nil {
		return
	}
	parallel(workers, units, func(u *unit) {
		var err error
		if u.key, err = k.key(u, sum); err == nil {
			u.kept, _ = k.cache.Get(u.key)
		}
	})
}

// factsSum returns the hash of the facts that analyzers of u can ask for. Its
// dependencies are done.
func (pl *plan) factsSum(u *unit) []byte {
	byPath := pl.factsOf(u)
	h := sha256.New()
	for _, path := range slices.Sorted(maps.Keys(byPath)) {
		fmt.Fprintf(h, "%q %x\n", path, byPath[path].sum)
	}
	return h.Sum(nil)
}

// A keptOutcome is what is kept of an outcome, besides its facts.
type keptOutcome struct {
	Findings []report.Finding
	Withheld []Withheld
	Uses     []report.Use
	Keepers  report.Keepers
	Silenced []report.Line
	Lent     []byte                       // see lend
	Lends    bool                         // Lent is there, though perhaps empty
	Others   map[string][sha256.Size]byte // files of other packages that findings point to
}

// recall returns the outcome that is kept for u, nil if there is none.
func (k *keeper) recall(pl *plan, u *unit) *outcome {
	if k == nil || u.kept == nil {
		return nil
	}
	data, ok := bytes.CutPrefix(u.kept, pl.factsSum(u))
	u.kept = nil
	n, w := binary.Uvarint(data)
	if !ok || w <= 0 || uint64(len(data)-w) < n {
		return nil
	}
	told, facts := data[w:w+int(n)], data[w+int(n):]
	var x keptOutcome
	if len(told) > 0 {
		if err := gob.NewDecoder(bytes.NewReader(told)).Decode(&x); err != nil {
			return nil
		}
	}
	for name, sum := range x.Others {
		if now, err := k.exports.sums.of(name); err != nil || now != sum {
			return nil
		}
	}
	o := &outcome{findings: x.Findings, withheld: x.Withheld, uses: x.Uses, keepers: x.Keepers, silenced: x.Silenced, facts: bytes.Clone(facts)}
	if x.Lends {
		o.lent = &x.Lent
	}
	return o
}

// keep keeps what came out of a run.
func (k *keeper) keep(r *analysisRun) {
	o := r.outcome
	if k == nil || o.broken != "" || len(o.problems) > 0 {
		return
	}
	// As analysed, not as they were when they were looked up.
	key, err := k.key(r.unit, func(name string) ([sha256.Size]byte, error) {
		read := r.job.read
		if _, ok := r.sums[name]; ok {
			read = r.reread
		}
		data, err := read(name)
		return sha256.Sum256(data), err
	})
	if err != nil {
		return
	}
	var told bytes.Buffer
	if len(o.findings)+len(o.withheld)+len(o.uses)+len(o.keepers)+len(o.silenced) > 0 || o.lent != nil {
		x := keptOutcome{Findings: o.findings, Withheld: o.withheld, Uses: o.uses, Keepers: o.keepers, Silenced: o.silenced, Lends: o.lent != nil}
		if x.Others, err = k.others(r); err != nil {
			return
		}
		if x.Lends {
			x.Lent = *o.lent
		}
		if gob.NewEncoder(&told).Encode(x) != nil {
			return
		}
	}
	data := r.plan.factsSum(r.unit)
	data = binary.AppendUvarint(data, uint64(told.Len()))
	data = append(append(data, told.Bytes()...), o.facts...)
	k.cache.Put(key, data)
}

// others returns the hashes of files of other packages that findings point to.
func (k *keeper) others(r *analysisRun) (map[string][sha256.Size]byte, error) {
	others := make(map[string][sha256.Size]byte)
	point := func(pos token.Position) error {
		name := pos.Filename
		if _, own := r.sums[name]; own || name == "" || !filepath.IsAbs(name) {
			return nil
		}
		var err error
		others[name], err = k.exports.sums.of(name)
		return err
	}
	var err error
	for _, f := range r.outcome.findings {
		err = cmp.Or(err, point(f.Pos), point(f.Origin))
		for _, rel := range f.Related {
			err = cmp.Or(err, point(rel.Pos))
		}
	}
	return others, err
}

// openCache returns the cache that the environment asks for, nil if it asks for
// none or there is no place for one. The error is one line.
func openCache() (*cache.Cache, error) {
	dir := os.Getenv("MEMLINT_CACHE")
	switch {
	case dir == "off":
		return nil, nil
	case dir == "":
		base, err := os.UserCacheDir()
		if err != nil {
			return nil, nil
		}
		dir = filepath.Join(base, "memlint")
	case !filepath.IsAbs(dir):
		return nil, fmt.Errorf("MEMLINT_CACHE: want off or an absolute path, not %q", dir)
	}
	return cache.Open(dir), nil
}
