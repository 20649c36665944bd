// Package driver runs analyzers over Go packages: as a command of its own,
// and as a tool of `go vet -vettool`.
//
// The question it answers is how to analyse a large module without holding it
// in memory. One `go list -export` names every package, its files and the
// export data that the go command built for it. From there, one package is one
// unit of work: its files are parsed and type-checked, with everything it
// imports read from export data; the analyzers run; findings and facts are
// kept, as text and bytes, and syntax, types and results are dropped. Units run
// on GOMAXPROCS workers, a unit after those it imports.
//
// Files: list.go asks the go command, plan.go chooses units and their order,
// universe.go imports types for groups of units, unit.go analyses one package,
// outline.go leaves out of it what no analyzer reads, share.go saves analysing
// it again without its tests, facts.go carries facts between units, kept.go keeps
// outcomes from run to run, answer.go whole results for runs before which
// nothing has changed, run.go schedules, gc.go sets the collector. session.go checks single packages
// for editors, with what view.go knows of what they import. main.go, flags.go,
// settings.go, screen.go, print.go, help.go, rules.go and vettool.go are the
// command line; fix.go applies fixes, known.go the baseline. Formats are packages
// of their own, pure functions from the findings of package report to bytes:
// text, terminal, vetjson, sarif, github and baseline. Of the others, cache keeps
// bytes on disk, manifest tells whether files are as they were, config reads the
// config file, selection decides between what it and flags select, progress and
// stats tell of a run.
//
// What is given up:
//
//   - No unit sees the syntax of another; facts are the only way.
//   - Facts exist only for packages of the main module or workspace, and for
//     packages named on the command line. To analyzers all else is unknown.
//   - A package that does not compile is not analysed, nor is what imports it.
//     Each is named, the others are analysed, and the exit code says so.
//   - A package with tests is reported as its test variant, which has all of
//     its files, and only so. Variants of other packages that the go command
//     recompiles for a test stand in with the facts of the plain package.
//   - As a vet tool, facts go as far as x/tools hands them on, and neither what
//     analyzers hold back nor what is latent is summed up: each package is a
//     process of its own.
package driver
