// Package driver runs analyzers over Go packages: as a command of its own,
// and as a tool of `go vet -vettool`.
//
// The question it answers is how to analyse a large module without holding it
// in memory, and without waiting for a compiler. One `go list` names every package
// and its files. What units import is type-checked without function bodies, which
// takes little, and turned into export data, which is kept for all projects of a
// user. From there, one package is one unit of work: its files are parsed and
// type-checked, with everything it imports read from export data; the analyzers
// run; findings and facts are kept, as text and bytes, and syntax, types and
// results are dropped. Units run on GOMAXPROCS workers, a unit after those it
// imports.
//
// Files: list.go asks the go command, sibling.go finds modules that belong to the main one,
// plan.go chooses units and their order, breakage.go knows which packages are broken, exports.go makes export data of what imports.go
// reads, buildcache.go takes over what a compiler has made before, universe.go imports
// types for groups of units, job.go decides what is done for a unit, unit.go analyses
// one package, told.go makes plain what analyzers say of it, outline.go leaves out of it
// what no analyzer reads, share.go saves analysing it again without its tests, facts.go
// carries facts between units, kept.go keeps outcomes from run to run, answer.go whole
// results for runs before which nothing has changed, run.go schedules, gc.go sets the
// collector. world.go knows which packages are there for tests, and which for everybody. session.go checks single packages for editors, with what view.go knows of
// what they import; finder.go is the command without its output. main.go, flags.go,
// settings.go, screen.go, print.go, help.go, rules.go, shell.go and vettool.go are the
// command line; fix.go applies fixes, files.go reads and writes files, known.go the baseline, and profiles.go reads
// profiles. Formats are packages of their own, pure functions from the findings of
// package report to bytes: text, terminal, vetjson, sarif, github and baseline. Of the
// others, since asks git what changed, completion writes scripts for shells, cache keeps
// bytes on disk, skeleton leaves function bodies out of files, manifest tells whether
// files are as they were, config reads the config file, selection decides between what
// it and flags select, progress and stats tell of a run.
//
// What is given up:
//
//   - No unit sees the syntax of another; facts are the only way.
//   - Facts exist only for packages of the main module or workspace, of modules that are
//     replaced by a folder and are called like that one, and for packages named on the
//     command line; below GOPATH for all that are not vendored. To analyzers all else is
//     unknown.
//   - A package that does not compile is not analysed, nor is what imports it.
//     Each is named, the others are analysed, and the exit code says so.
//   - A package with tests is reported as its test variant, which has all of
//     its files, and only so. Variants of other packages that the go command
//     recompiles for a test stand in with the facts of the plain package.
//   - What is wrong in the bodies of functions of others is not seen. Of what
//     imports "C" beyond the packages under analysis, only what is used of it is
//     known.
//   - As a vet tool, facts go as far as x/tools hands them on, and neither what
//     analyzers hold back nor what is latent is summed up: each package is a
//     process of its own.
package driver
