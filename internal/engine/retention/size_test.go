package retention

import "testing"

func TestSizeString(t *testing.T) {
	for _, tt := range []struct {
		bytes int64
		want  string
	}{
		{0, ""},
		{512, "512 bytes"},
		{64 << 10, "64 KiB"},
		{64<<10 + 16, "64 KiB"},
		{1 << 20, "1 MiB"},
		{3 << 19, "1.5 MiB"},
		{1 << 40, "1 TiB"},
	} {
		if got := (Size{Bytes: tt.bytes}).String(); got != tt.want {
			t.Errorf("%d: got %q, want %q", tt.bytes, got, tt.want)
		}
	}
}
