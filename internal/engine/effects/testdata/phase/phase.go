// Package phase calls once where code runs a bounded number of times per
// process, and often where it may run any number of times.
package phase

import (
	"bufio"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

func once(...any) int { return 0 }
func often(...any)    {}

// Initialisers, init, and what only they call.
var v = once()

var w = func() int { return once() }()

func init() {
	once()
	fromInit()
	fixed([]string{"a", "b"})
	for _, name := range os.Args {
		once(name)
		each(name)
	}
	for range 3 {
		once()
	}
	func() { once() }()
	defer func() { once() }()
	go func() { once() }()
	var group sync.WaitGroup
	group.Go(func() { once() })
}

func fromInit() {
	once()
	deeper()
}

func deeper() { once() }

func each(name string) { once(name) }

func fixed(names []string) {
	for _, name := range names {
		once(name)
	}
}

// Loops without a bound are repeatable, also in once code, and so is what is
// called from there.
func init() {
	for {
		often()
		if len(os.Args) > 3 {
			break
		}
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		often()
		fromLoop()
	}
	jobs := make(chan int)
	for range jobs {
		often()
		func() { often() }()
		go func() { often() }()
		for range 3 {
			often()
		}
	}
	l, _ := net.Listen("tcp", "")
	for l != nil {
		conn, _ := l.Accept()
		go serve(conn)
	}
}

func fromLoop() { often() }

func serve(net.Conn) { often() }

// Callbacks are repeatable, though they are registered once.
func init() {
	http.HandleFunc("/", func(http.ResponseWriter, *http.Request) { often() })
	time.AfterFunc(time.Second, func() { often() })
	callbacks = append(callbacks, func() { often() })
	http.HandleFunc("/named", handle)
}

var callbacks []func()

func handle(http.ResponseWriter, *http.Request) { often() }

// Exported functions and methods may be called by anybody.
func Exported() {
	often()
	shared()
	setUp.Do(func() { once() })
	setUp.Do(setUpOnce)
	cleanUp()
	table()
	func() { often() }()
	go func() { often() }()
}

func init() { shared() }

// One of its callers is repeatable.
func shared() { often() }

// The body of a Once of the package runs once, wherever it is started.
var (
	setUp   sync.Once
	cleanUp = sync.OnceFunc(func() { once() })
	table   = sync.OnceValue(func() int { return once() })
)

func setUpOnce() { once() }

// The body of a Once in an object does not.
type object struct{ setUp sync.Once }

func (o *object) Use() {
	o.setUp.Do(func() { often() })
	var local sync.Once
	local.Do(func() { often() })
	sync.OnceFunc(func() { often() })()
}

// Methods that are called through an interface may be called by anybody.
type runner interface{ run() }

type task struct{}

func (task) run()  { often() }
func (task) stop() { once() }

func start(r runner) { r.run() }

func init() {
	start(task{})
	task{}.stop()
	task{}.bound()
}

// Method values count as calls where they are called.
func (t task) bound() {
	f := t.value
	f()
}

func (task) value() { once() }

// A function that nobody calls may be called by what nobody sees, such as
// assembler.
func unused() { often() }

// Functions that call themselves add nothing to what calls them.
func init() { down(3) }

func down(n int) {
	once()
	if n > 0 {
		down(n - 1)
	}
}

// What a test or a command is given runs with it.
func Helper(t testing.TB) { once() }

// Wrap hands on what is given to the test or command that runs.
func Wrap() {
	wrapped(func(t testing.TB, name string) { once() })
	wrapped(nil)
}

var runs []func(testing.TB)

func wrapped(run func(testing.TB, string)) {
	runs = append(runs, func(t testing.TB) { run(t, "") })
}

type tool struct {
	Verbose bool `help:"Say more."`
}

func (t *tool) Run() error {
	once()
	return nil
}

// A command as libraries know it by an interface.
type Shell struct{}

func (*Shell) Help() string     { return "" }
func (*Shell) Synopsis() string { return "" }
func (s *Shell) Run(args []string) int {
	once()
	return s.code(args)
}
func (*Shell) code([]string) int {
	once()
	return 0
}

// Nothing helps with this one.
type Job struct{}

func (*Job) Run(args []string) int {
	often()
	return 0
}

// Named alike, but nothing says that it is a command.
type chore struct{ verbose bool }

func (c *chore) Run() error {
	often()
	return nil
}

// The body of a sync.Once in a package variable, also by way of a method.
type registry struct{ start sync.Once }

var std registry

func (r *registry) begin() { r.start.Do(func() { once() }) }

func Begin() { std.begin() }

type other struct{ start sync.Once }

func (o *other) begin() { o.start.Do(func() { often() }) }

func NewOther() *other {
	o := new(other)
	o.begin()
	return o
}
