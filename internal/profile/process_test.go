package profile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/memlint/memlint/internal/profile"
)

func TestProcess(t *testing.T) {
	for _, test := range []struct {
		name string
		in   string // a letter for each profile, a second apart: h and MB that a heap profile says, g for goroutines, - for nothing
		want string
	}{
		{"nothing", "", ""},
		{"one process", "h1 g h2 g h2 g h9 g", "h1 g h2 g h2 g h9 g"},
		{"goroutines only", "g g", "g g"},
		{"nothing says what was allocated", "h0 h0 h0", "h0 h0 h0"},
		{"two of which the newer has enough", "h7 h8 h9 h1 h2 h3", "h1 h2 h3"},
		{"two of which the older has enough", "g h7 g h8 g h9 - g h1 g h2", "g h7 g h8 g h9"},
		{"none has enough", "h8 h9 - g h1 g h2", "g h1 g h2"},
		{"three", "h1 h2 h3 h1 h2 h3 h4 h1", "h1 h2 h3 h4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var in []*profile.Profile
			for i, word := range strings.Fields(test.in) {
				p := &profile.Profile{Name: word, Kind: profile.Goroutines, Time: noon.Add(time.Duration(i) * time.Second)}
				if n, err := fmt.Sscanf(word, "h%d", &p.Allocated); n == 1 && err == nil {
					p.Kind = profile.Heap
				}
				if word != "-" {
					in = append(in, p)
				}
			}
			var got []string
			for _, p := range profile.Process(in, 3) {
				got = append(got, p.Name)
			}
			if got := strings.Join(got, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
