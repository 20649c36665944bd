package growth

import (
	"slices"
	"testing"
)

func TestWords(t *testing.T) {
	for name, want := range map[string][]string{
		"":            nil,
		"id":          {"id"},
		"peerID":      {"peer", "id"},
		"peerIDs":     {"peer", "ids"},
		"userIDsSeen": {"user", "ids", "seen"},
		"HTTPClient":  {"http", "client"},
		"remote_addr": {"remote", "addr"},
		"byHost":      {"by", "host"},
		"_":           nil,
	} {
		if got := words(name); !slices.Equal(got, want) {
			t.Errorf("words(%q) = %q, want %q", name, got, want)
		}
	}
}
