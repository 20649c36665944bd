package report

import (
	"encoding/json"
	"fmt"
	"go/token"
	"math"
	"strings"
	"time"
)

// Evidence is what profiles of a running program measured at a place: of memory
// what was allocated there and is still in use, of goroutines those that were
// started or wait there.
type Evidence struct {
	Rank int // 1 is the weightiest of a run; 0 if it is none of a finding

	// As of the last collection before the newest heap profile.
	Bytes, Objects int64
	Share          float64 // of the heap, between 0 and 1

	Goroutines int           // in the newest profile of goroutines
	Waited     time.Duration // the longest of them, in whole minutes; 0 if less or not known
	Leaked     int           // of which the collector says that nothing wakes them

	Trend *Trend // nil if fewer than three profiles tell of the place
	At    []Spot // where the profiles have it, the largest first
}

// A Spot is a line that a stack of a profile goes through.
type Spot struct {
	Pos  token.Position
	Func string // as the runtime names it
	Ours bool   // Pos is a line of the module as it is today
}

// A Verdict is how a series goes on.
type Verdict string

// Verdicts.
const (
	Unclear Verdict = "unclear" // too few profiles, or they say too different things
	Flat    Verdict = "flat"
	Steady  Verdict = "grows steadily"
	Steps   Verdict = "grows in steps"
)

// Grows reports whether there is more and more of it.
func (v Verdict) Grows() bool { return v == Steady || v == Steps }

// A Trend is how a place changes from profile to profile.
type Trend struct {
	Verdict Verdict
	PerHour float64  // the robust slope, in units per hour
	Unit    string   // "bytes" or "goroutines"
	Series  []Sample // what each profile says, the oldest first
}

// A Sample is a value at a time.
type Sample struct {
	Time  time.Time
	Value float64
}

// Grows reports whether there is evidence of growth, or of goroutines that nothing wakes.
func (e *Evidence) Grows() bool {
	return e != nil && (e.Leaked > 0 || e.Trend != nil && e.Trend.Verdict.Grows())
}

// Text returns the evidence on one line.
func (e *Evidence) Text() string {
	var parts []string
	if e.Bytes > 0 || e.Goroutines+e.Leaked == 0 {
		parts = append(parts, fmt.Sprintf("%s in %s, %s of the heap", Bytes(float64(e.Bytes)), number(e.Objects, "object"), Percent(e.Share)))
	}
	if n := max(e.Goroutines, e.Leaked); n > 0 {
		text := number(int64(n), "goroutine")
		if e.Waited > 0 {
			text += fmt.Sprintf(" for up to %d min", int(e.Waited.Minutes()))
		}
		if e.Leaked > 0 {
			text += fmt.Sprintf(", %d of which nothing can wake", e.Leaked)
		}
		parts = append(parts, text)
	}
	if e.Trend != nil {
		parts = append(parts, e.Trend.Text())
	}
	return strings.Join(parts, "; ")
}

// Text returns the verdict with the slope, if it grows.
func (t *Trend) Text() string {
	if !t.Verdict.Grows() {
		if t.Verdict == Unclear {
			return "unclear whether it grows"
		}
		return string(t.Verdict)
	}
	return fmt.Sprintf("%s by %s", t.Verdict, t.Rate())
}

// Rate returns the slope for people, such as "3.1 MiB/h".
func (t *Trend) Rate() string {
	if t.Unit == "bytes" {
		return Bytes(t.PerHour) + "/h"
	}
	return fmt.Sprintf("%.3g %s/h", t.PerHour, t.Unit)
}

// Bytes returns a number of bytes for people.
func Bytes(n float64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for i < len(units)-1 && math.Abs(n) >= 1024 {
		n /= 1024
		i++
	}
	if i == 0 || math.Abs(n) >= 100 {
		return fmt.Sprintf("%.0f %s", n, units[i])
	}
	return fmt.Sprintf("%.1f %s", n, units[i])
}

// Percent returns a share for people.
func Percent(share float64) string {
	if share > 0 && share < 0.01 {
		return "under 1 %"
	}
	return fmt.Sprintf("%.0f %%", 100*share)
}

func number(n int64, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// MarshalJSON returns the form in which JSON and SARIF have evidence.
func (e *Evidence) MarshalJSON() ([]byte, error) {
	type sample struct {
		Time  time.Time `json:"time"`
		Value float64   `json:"value"`
	}
	type trend struct {
		Verdict Verdict  `json:"verdict"`
		PerHour float64  `json:"per_hour"`
		Unit    string   `json:"unit"`
		Series  []sample `json:"series"`
	}
	type spot struct {
		Posn string `json:"posn"`
		Func string `json:"func"`
	}
	out := struct {
		Rank       int     `json:"rank,omitempty"`
		Bytes      int64   `json:"bytes"`
		Objects    int64   `json:"objects"`
		Share      float64 `json:"heap_share"`
		Goroutines int     `json:"goroutines"`
		Waited     float64 `json:"waited_seconds,omitempty"`
		Leaked     int     `json:"leaked_goroutines,omitempty"`
		Trend      *trend  `json:"trend,omitempty"`
		At         []spot  `json:"at,omitempty"`
	}{e.Rank, e.Bytes, e.Objects, e.Share, e.Goroutines, e.Waited.Seconds(), e.Leaked, nil, nil}
	if t := e.Trend; t != nil {
		out.Trend = &trend{Verdict: t.Verdict, PerHour: t.PerHour, Unit: t.Unit}
		for _, s := range t.Series {
			out.Trend.Series = append(out.Trend.Series, sample{s.Time.UTC(), s.Value})
		}
	}
	for _, at := range e.At {
		out.At = append(out.At, spot{at.Pos.String(), at.Func})
	}
	return json.Marshal(out)
}
