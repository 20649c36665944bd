package profile

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// A profile of a million stacks is around 200 MB without compression.
	maxSize = 1 << 30

	// How many there may be of functions, locations, stacks and so on, so that a
	// small file cannot ask for much memory.
	maxThings = 1 << 22

	// How many calls all stacks may have together: those of a million as deep as the
	// runtime writes them, which is 128.
	maxCalls = 1 << 27
	maxDepth = 1 << 16 // of one stack

	// How long one message of a profile may be, and how much is decompressed ahead.
	chunk = 1 << 20
)

var (
	errEmpty    = errors.New("empty")
	errCut      = errors.New("cut off")
	errTooLarge = fmt.Errorf("more than %d MB without compression", maxSize>>20)
	errTooMany  = errors.New("too many functions, locations or stacks")
)

// errKind is what a profile is about that is well formed, but not wanted.
type errKind string

func (e errKind) Error() string {
	return string(e) + "; want a heap profile (/debug/pprof/heap) or one of goroutines (/debug/pprof/goroutine or goroutineleak)"
}

// otherKind returns the error of a profile of which the values have these types.
func otherKind(types []string) error {
	switch {
	case slices.Contains(types, "cpu"):
		return errKind("a CPU profile")
	case slices.Contains(types, "contentions"):
		return errKind("a profile of mutexes or of blocking")
	case slices.Contains(types, "alloc_space"):
		return errKind("a profile of allocations that does not say what is in use")
	}
	return errKind(fmt.Sprintf("a profile of %.40q", types[0]))
}

// Read returns the profile that r has: of the format of pprof, gzipped or not, or a
// text of goroutines as of debug=2 and of a crash. The error is one line and begins
// with name, which is the name of the profile.
func Read(name string, r io.Reader) (*Profile, error) {
	p, err := read(r)
	if err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errCut
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p.Name = name
	return p, nil
}

func read(r io.Reader) (*Profile, error) {
	in := bufio.NewReaderSize(&limited{r, maxSize}, chunk)
	magic, err := in.Peek(2)
	if len(magic) == 0 && err == io.EOF {
		return nil, errEmpty
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return decode(in)
	}
	unzip, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	out, stop := ahead(&limited{unzip, maxSize})
	defer stop()
	return decode(bufio.NewReaderSize(out, chunk))
}

func decode(in *bufio.Reader) (*Profile, error) {
	start, err := in.Peek(512)
	switch {
	case len(start) == 0 && err == io.EOF:
		return nil, errEmpty
	case len(start) == 0:
		return nil, err
	case isText(start):
		return readText(in)
	}
	return readProto(in)
}

// isText tells texts from messages, which have the numbers of their fields near
// their beginning.
func isText(start []byte) bool {
	return !bytes.ContainsFunc(start, func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", r)
	})
}

// ahead returns a reader of what r has. It is read in another goroutine, as
// decompression takes as long as all else. That one has ended when stop returns.
func ahead(r io.Reader) (out io.Reader, stop func()) {
	pr, pw := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, err := io.CopyBuffer(pw, r, make([]byte, chunk))
		pw.CloseWithError(err)
	}()
	return pr, func() {
		pr.Close()
		<-done
	}
}

// limited is like io.LimitedReader, but more is an error.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	if l.left -= int64(n); l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// Open returns the profile of a file, or those of the [Files] of a folder, in the order of
// Sort, and an error for each that cannot be read. Of a folder it passes over profiles of
// another kind, such as those of the CPU, and other texts. If a profile does not tell its
// time, it is that in the name of the file, as package monitor writes it, or that of the file.
func Open(path string) ([]*Profile, []error) {
	files, err := Files(path)
	if err != nil {
		return nil, []error{err}
	}
	var all []*Profile
	var errs []error
	var other error
	for _, name := range files {
		p, err := open(name)
		switch kind := errKind(""); {
		case err == nil:
			all = append(all, p)
		case name != path && (errors.As(err, &kind) || errors.Is(err, errText)):
			other = cmp.Or(other, err)
		default:
			errs = append(errs, err)
		}
	}
	switch {
	case len(all)+len(errs) > 0:
	case other != nil:
		errs = []error{other}
	default:
		errs = []error{fmt.Errorf("%s: a folder without profiles; want files with names that end in %s", path, strings.Join(suffixes, ", "))}
	}
	Sort(all)
	return all, errs
}

// Files returns the file of a path, or those of a folder that are profiles by their suffix.
func Files(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, plain(path, err)
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, plain(path, err)
	}
	var files []string
	for _, e := range entries {
		name := filepath.Join(path, e.Name())
		// What cannot be asked is told when it is read; a pipe would be waited for.
		if info, err := os.Stat(name); hasSuffix(name) && (err != nil || info.Mode().IsRegular()) {
			files = append(files, name)
		}
	}
	return files, nil
}

var suffixes = []string{".pb.gz", ".pprof", ".pb", ".txt"}

func hasSuffix(name string) bool {
	return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(name, s) })
}

func open(path string) (*Profile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, plain(path, err)
	}
	defer f.Close()
	p, err := Read(path, f)
	if err != nil || !p.Time.IsZero() {
		return p, err
	}
	if _, after, _ := strings.Cut(filepath.Base(path), "-"); len(after) > len(timeInName) {
		if p.Time, err = time.Parse(timeInName, after[:len(timeInName)]); err == nil {
			return p, nil
		}
	}
	info, err := f.Stat()
	if err != nil {
		return nil, plain(path, err)
	}
	p.Time = info.ModTime()
	return p, nil
}

// timeInName is in the names of files such as heap-20260102T150405.000Z.pb.gz.
const timeInName = "20060102T150405.000Z"

// plain returns err without the name of the system call.
func plain(path string, err error) error {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}
