package driver

import (
	"errors"
	"testing"
)

func TestFirstCause(t *testing.T) {
	for _, test := range []struct{ name, stderr, want string }{
		{"one line", "go: cannot find main module\n", "cannot find main module"},
		{"only the first", "go: a\ngo: b\n", "a"},
		{"progress", "go: downloading x v1.0.0\ngo: warning: \"./...\" matched no packages\ngo: a\n", "a"},
		{"heading", "go: updates to go.mod needed; to update it:\n\tgo mod tidy\n", "updates to go.mod needed; to update it: go mod tidy"},
		{"requirements", "go: a@v1.0.0 requires\n\tb@v1.1.0 requires\n\tc@v0.0.0: reading c: 404 Not Found\n\tserver response: none\n",
			"a@v1.0.0 requires b@v1.1.0 requires c@v0.0.0: reading c: 404 Not Found"},
		{"imports", "go: a imports\n\tb tested by\n\tb.test imports\n\tc: no such package\n", "a imports b tested by b.test imports c: no such package"},
		{"silence", "", "exit status 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := firstCause(test.stderr, errors.New("exit status 1")); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
