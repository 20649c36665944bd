package page

import (
	"testing"
	"time"

	"github.com/memlint/memlint/internal/driver/report"
)

func TestWords(t *testing.T) {
	trend := func(perHour float64, unit string) string {
		return slope(&report.Trend{PerHour: perHour, Unit: unit})
	}
	day := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.FixedZone("", 3600))
	// Spaces in what the functions return end no line.
	for _, test := range []struct{ got, want string }{
		{size(0), "0\u00a0B"},
		{size(1023), "1023\u00a0B"},
		{size(1536), "1.5\u00a0KiB"},
		{size(1023.6 * 1024), "1\u00a0MiB"},
		{size(10 << 20), "10\u00a0MiB"},
		{size(-5 << 30), "−5\u00a0GiB"},
		{size(1 << 63), "8\u00a0EiB"},
		{amount(0.25), "0.2"},
		{amount(9999), "9999"},
		{amount(10_000), "10\u00a0k"},
		{amount(2_104_551), "2.1\u00a0M"},
		{trend(96<<20, "bytes"), "+96\u00a0MiB per hour"},
		{trend(-1.5, "goroutines"), "−1.5 per hour"},
		{trend(0.01, "bytes"), ""},
		{percent(0.00001), "<\u00a00.1\u00a0%"},
		{percent(0.0994), "9.9\u00a0%"},
		{percent(0.0996), "10\u00a0%"},
		{percent(1), "100\u00a0%"},
		{long(59 * time.Minute), "59\u00a0min"},
		{long(192 * time.Minute), "3\u00a0h\u00a012\u00a0min"},
		{long(49 * time.Hour), "2\u00a0d\u00a01\u00a0h"},
		{moment(day), "2 Mar 2026 08:00"},
		{period(day, day.Add(time.Hour)), "2 Mar 2026 08:00 to 09:00 UTC"},
		{period(day, day.Add(24*time.Hour)), "2 Mar 2026 08:00 to 3 Mar 2026 08:00 UTC"},
		{period(day, day.Add(20*24*time.Hour)), "2 Mar 2026 08:00 to 22 Mar 2026 08:00 UTC"},
		{count(1, "finding"), "1 finding"},
		{count(0, "finding"), "0 findings"},
	} {
		if test.got != test.want {
			t.Errorf("got %q, want %q", test.got, test.want)
		}
	}
}
