// A module of its own, and with an old go line: the old timers can be measured
// only by a Go before 1.23, and that builds no module that asks for more.
module github.com/memlint/memlint/eval/truth

go 1.21
