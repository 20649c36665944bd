// Package trees keeps what it is given to have it again, and what it is given to tell.
package trees

// A Token says what it is, and can be told nothing.
type Token interface {
	Kind() int
	Text() (string, error)
}

// A Tree is made of tokens.
type Tree struct{ tokens []Token }

func (t *Tree) Update(token Token) { t.tokens = append(t.tokens, token) }

func (t *Tree) Size() (n int) {
	for _, token := range t.tokens {
		n += token.Kind()
	}
	return n
}

// An Eye is told what happens.
type Eye interface{ See(what string) error }

// A Wood has eyes.
type Wood struct{ eyes []Eye }

func (w *Wood) Update(eye Eye) { w.eyes = append(w.eyes, eye) }

func (w *Wood) Happen(what string) {
	for _, eye := range w.eyes {
		eye.See(what)
	}
}

type word string

func (w word) Kind() int             { return len(w) }
func (w word) Text() (string, error) { return string(w), nil }

type owl struct{ seen []string }

func (o *owl) See(what string) error {
	o.seen = append(o.seen[:0], what)
	return nil
}

var (
	oak    Tree
	forest Wood
)

// Plant is fine: tokens listen to nothing.
func Plant(words <-chan string) {
	for w := range words {
		oak.Update(word(w))
	}
}

// Watch leaks: no way leads out of the wood.
func Watch(words <-chan string) {
	for range words {
		forest.Update(&owl{}) // want `listener added by Update can never be removed`
	}
}
