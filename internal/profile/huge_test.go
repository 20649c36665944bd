package profile_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	pprof "github.com/google/pprof/profile"
	"google.golang.org/protobuf/encoding/protowire"

	"github.com/memlint/memlint/internal/profile"
)

// A program is a made call graph, and the writer of a heap profile of it in the
// way of the runtime: functions and locations come before the first sample that
// needs them, and strings last.
type program struct {
	rand    *rand.Rand
	calls   [][]call
	written []bool // by location
	zip     *gzip.Writer
	buf     []byte
	strings map[string]uint64
	table   []string
	stack   []step // the last one, the outermost first
}

// A step is a call and the function that it is in.
type step struct {
	function int
	call     call
}

// A call is on a line of a function. It is a location of its own, and some callees
// are inlined there.
type call struct {
	location uint64
	line     int
	callee   int
	inlined  bool
}

// hugeHeap returns a gzipped heap profile with as many stacks, of 30 to 60 calls
// through a program of so many functions. Of used in 100 stacks something is in use.
func hugeHeap(functions, stacks, used int) []byte {
	var out bytes.Buffer
	p := &program{
		rand:    rand.New(rand.NewPCG(1, 2)),
		calls:   make([][]call, functions),
		zip:     gzip.NewWriter(&out),
		strings: map[string]uint64{"": 0},
		table:   []string{""},
	}
	n := uint64(0)
	for f := range p.calls {
		for range 2 + p.rand.IntN(4) {
			n++
			p.calls[f] = append(p.calls[f], call{
				location: n,
				line:     f%50*30 + p.rand.IntN(30),
				callee:   p.rand.IntN(functions),
				inlined:  p.rand.IntN(4) == 0,
			})
		}
	}
	p.written = make([]bool, n+1)

	p.write(11, p.pair("space", "bytes"))
	p.number(12, 512<<10)
	for _, t := range [][2]string{{"alloc_objects", "count"}, {"alloc_space", "bytes"}, {"inuse_objects", "count"}, {"inuse_space", "bytes"}} {
		p.write(1, p.pair(t[0], t[1]))
	}
	for range stacks {
		p.sample(p.rand.IntN(100) < used)
	}
	p.number(9, 1767366245_000000000)
	for _, s := range p.table {
		p.write(6, []byte(s))
	}
	p.zip.Close()
	return out.Bytes()
}

func (p *program) sample(used bool) {
	// Most allocations next to each other are on behalf of the same thing, so their
	// stacks begin alike.
	if p.rand.IntN(4) > 0 {
		p.stack = p.stack[:p.rand.IntN(len(p.stack)+1)]
	} else {
		p.stack = p.stack[:0]
	}
	for depth := 30 + p.rand.IntN(31); len(p.stack) < depth; {
		f := p.rand.IntN(20)
		if n := len(p.stack); n > 0 {
			c := p.stack[n-1].call
			f = c.callee
			if c.inlined {
				f = p.calls[f][0].callee
			}
		}
		c := p.calls[f][p.rand.IntN(len(p.calls[f]))]
		p.location(f, c)
		p.stack = append(p.stack, step{f, c})
	}
	var ids, values, label []byte
	for _, s := range slices.Backward(p.stack) {
		ids = protowire.AppendVarint(ids, s.call.location)
	}
	size := uint64(16) << p.rand.IntN(12)
	objects := 1 + 512<<10/size
	for _, v := range []uint64{objects * 3, objects * size * 3, objects, objects * size} {
		if !used && len(values) > 0 && v <= objects*size {
			v = 0
		}
		values = protowire.AppendVarint(values, v)
	}
	label = protowire.AppendTag(label, 1, protowire.VarintType)
	label = protowire.AppendVarint(label, p.string("bytes"))
	label = protowire.AppendTag(label, 3, protowire.VarintType)
	label = protowire.AppendVarint(label, size)

	var b []byte
	for i, part := range [][]byte{ids, values, label} {
		b = protowire.AppendTag(b, protowire.Number(i+1), protowire.BytesType)
		b = protowire.AppendBytes(b, part)
	}
	p.write(2, b)
}

func (p *program) location(f int, c call) {
	if p.written[c.location] {
		return
	}
	p.written[c.location] = true
	lines := [][2]int{{f, c.line}}
	if c.inlined {
		inner := p.calls[c.callee][0]
		lines = [][2]int{{c.callee, inner.line}, {f, c.line}}
	}
	var b []byte
	b = append(b, message(1, c.location, 2, 1, 3, 0x400000+c.location*16)...)
	for _, l := range lines {
		b = protowire.AppendTag(b, 4, protowire.BytesType)
		b = protowire.AppendBytes(b, message(1, p.function(l[0]), 2, uint64(l[1])))
	}
	p.write(4, b)
}

func (p *program) function(f int) uint64 {
	name := fmt.Sprintf("example.com/company/product/internal/service%d/package%d.(*Type%d).Method%d", f/5000, f/200, f/20, f)
	if _, ok := p.strings[name]; !ok {
		file := fmt.Sprintf("/home/build/src/example.com/company/product/internal/service%d/package%d/file%d.go", f/5000, f/200, f/50)
		b := message(1, uint64(f+1), 2, p.string(name), 3, p.string(name), 4, p.string(file), 5, uint64(f%50*30))
		p.write(5, b)
	}
	return uint64(f + 1)
}

func (p *program) string(s string) uint64 {
	i, ok := p.strings[s]
	if !ok {
		i = uint64(len(p.table))
		p.strings[s] = i
		p.table = append(p.table, s)
	}
	return i
}

func (p *program) pair(a, b string) []byte {
	return message(1, p.string(a), 2, p.string(b))
}

func (p *program) write(field protowire.Number, b []byte) {
	p.buf = protowire.AppendTag(p.buf[:0], field, protowire.BytesType)
	p.buf = protowire.AppendBytes(p.buf, b)
	p.zip.Write(p.buf)
}

func (p *program) number(field protowire.Number, n uint64) {
	p.zip.Write(message(field, n))
}

// message returns a message of numbers, from pairs of field and value.
func message[N protowire.Number | int](first N, rest ...uint64) []byte {
	b := protowire.AppendTag(nil, protowire.Number(first), protowire.VarintType)
	b = protowire.AppendVarint(b, rest[0])
	for i := 1; i < len(rest); i += 2 {
		b = protowire.AppendTag(b, protowire.Number(rest[i]), protowire.VarintType)
		b = protowire.AppendVarint(b, rest[i+1])
	}
	return b
}

func TestMaxSites(t *testing.T) {
	in := hugeHeap(1000, profile.MaxSites+5000, 100)
	p, err := profile.Read("it", bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	want, err := pprof.ParseData(in)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int64
	var total int64
	for _, s := range want.Sample {
		sizes = append(sizes, s.Value[3])
		total += s.Value[3]
	}
	slices.Sort(sizes)
	if len(p.Sites) != profile.MaxSites || p.Bytes != total {
		t.Errorf("%d sites, %d of %d bytes", len(p.Sites), p.Bytes, total)
	}
	if got, want := p.Sites[len(p.Sites)-1].Bytes, sizes[len(sizes)-profile.MaxSites]; got != want {
		t.Errorf("the smallest has %d bytes, not %d", got, want)
	}
}

// A profile of around 50 MB, as it is on disk: such of a program of 100,000 functions
// and 600,000 stacks, of which some or all have something in use.
func BenchmarkRead(b *testing.B) {
	for _, used := range []int{5, 100} {
		in := hugeHeap(100_000, 600_000, used)
		b.Run(fmt.Sprintf("%d%%", used), func(b *testing.B) {
			b.SetBytes(int64(len(in)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := profile.Read("it", bytes.NewReader(in)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
