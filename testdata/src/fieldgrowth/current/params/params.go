// Package params has structs of types that are parameters. Their fields can be set in
// literals only, so that none is set to something with its old value in it.
package params

type node struct{ next any }

type named interface {
	node
	Name() string
}

func (node) Name() string { return "node" }

func first[T named]() T {
	return T{next: nil}
}

func after[T ~struct{ next any }](n T) T {
	return T{next: n}
}
