package driver

import "testing"

func TestPercent(t *testing.T) {
	for _, test := range []struct {
		live uint64
		want int
	}{
		{0, 40000}, {4 << 20, 9900}, {roomy / 2, 100}, {roomy, 50}, {4 * roomy, 50},
	} {
		if got := percent(test.live); got != test.want {
			t.Errorf("percent(%d) = %d, want %d", test.live, got, test.want)
		}
	}
}
