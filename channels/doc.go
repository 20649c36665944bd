// Package channels holds tests only. They run memlint in each of the programs
// that it can be a part of, as users do: the command, go vet, golangci-lint,
// Bazel's nogo, gopls, and editors with a gopls of their own. It is a module of
// its own since it needs these programs, which memlint does not.
//
// table.md says what each of them finds in the same code. Write it with
//
//	go test . -update
package channels
