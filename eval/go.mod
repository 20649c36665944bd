module github.com/memlint/memlint/eval

go 1.26.0
