module example.com/leaky

go 1.26.0

require github.com/memlint/memlint v0.0.0

replace github.com/memlint/memlint => ../..
