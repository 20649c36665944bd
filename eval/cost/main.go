// Cost measures what memlint takes, beside go vet, staticcheck and an analyzer
// that does nothing, so that loading and type-checking is all there is: in the
// driver that most analyzers have, of golang.org/x/tools/go/analysis/singlechecker
// (null), and in that of memlint (floor).
//
//	go run . -memlint memlint -staticcheck staticcheck ../../../prometheus ../../../traefik
//
// A project is a folder with a go.mod, or std. Each program runs
//
//   - cold: it remembers nothing, and the export data of all packages is there,
//   - warm: once more, nothing has changed,
//   - after an edit of a file, which is put back at the end, of a package that no
//     other package imports,
//   - after lines were added to a file of a core: the package that most others import,
//   - with -fresh, once more remembering nothing, with a build cache in which there
//     is nothing either, as in a new container: for most, that takes minutes.
//
// The programs take turns, and what is printed is the median of the rounds, as a
// table in markdown. Time is that of processors, as user, and of the clock, as
// wall, with all processes that a program starts; memory is the most that one of
// its processes had. What programs find is not looked at; that one cannot
// analyse a project is an error, except of go vet, which does not tell.
//
// It needs Linux or macOS.
package main

import (
	"cmp"
	"context"
	"flag"
	"log"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/memlint/memlint/internal/driver"
)

func main() {
	idle()
	log.SetFlags(0)
	log.SetPrefix("cost: ")
	var (
		memlint     = flag.String("memlint", "memlint", "the `binary` to measure")
		staticcheck = flag.String("staticcheck", "staticcheck", "the `binary` to compare with")
		names       = flag.String("programs", "null,floor,memlint,vet,staticcheck", "`list` of what to run, separated by commas")
		fresh       = flag.Bool("fresh", false, "measure with an empty build cache, too")
		rounds      = flag.Int("rounds", 3, "how often each is measured")
		work        = flag.String("work", "", "`folder` for what programs remember; a temporary one if empty")
		out         = flag.String("o", "", "markdown `file` to write; standard output if empty")
	)
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	text, err := run(ctx, strings.Split(*names, ","), *memlint, *staticcheck, *rounds, *fresh, *work, flag.Args())
	stop()
	if err != nil {
		log.Fatal(err)
	}
	if *out == "" {
		os.Stdout.Write(text)
	} else if err := os.WriteFile(*out, text, 0o666); err != nil {
		log.Fatal(err)
	}
}

// idleEnv tells this program to be the null analyzer, in the driver it names.
const idleEnv = "COST_IDLE"

// idle does nothing to packages, if that is what this process is for.
func idle() {
	a := &analysis.Analyzer{
		Name: "idle",
		Doc:  "idle: does nothing",
		Run:  func(*analysis.Pass) (any, error) { return nil, nil },
	}
	switch os.Getenv(idleEnv) {
	case "null":
		singlechecker.Main(a)
	case "floor":
		driver.Main(driver.Suite{Analyzers: []*analysis.Analyzer{a}})
	}
}

// run measures programs on projects and returns the tables.
func run(ctx context.Context, names []string, memlint, staticcheck string, rounds int, fresh bool, work string, projects []string) (text []byte, err error) {
	work, err = os.MkdirTemp(work, "cost")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	var all []measured
	for _, arg := range projects {
		programs, err := newPrograms(names, memlint, staticcheck, work)
		if err != nil {
			return nil, err
		}
		m, err := measure(ctx, programs, rounds, fresh, arg)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return markdown(all), nil
}

// measure measures programs on one project.
func measure(ctx context.Context, programs []*program, rounds int, fresh bool, arg string) (m measured, err error) {
	p, err := newProject(ctx, arg)
	if err != nil {
		return m, err
	}
	defer func() { err = cmp.Or(err, p.restore()) }()
	m.project = p.name
	for i := range rounds {
		round := make(map[string][states]usage)
		for _, prog := range programs {
			log.Printf("%s: round %d of %d: %s", p.name, i+1, rounds, prog.name)
			if round[prog.name], err = prog.measure(ctx, p, fresh); err != nil {
				return m, err
			}
		}
		m.rounds = append(m.rounds, round)
	}
	for _, prog := range programs {
		m.programs = append(m.programs, prog.name)
	}
	return m, nil
}
