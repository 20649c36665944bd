package watch

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/memlint/memlint/internal/driver/report"
)

// programs is the display for those that read JSON.
type programs struct {
	out   io.Writer
	quiet bool
}

// A jsonPoll is the object of a poll. Of one that failed it has the error, and
// nothing that was measured.
type jsonPoll struct {
	Type       string     `json:"type"` // "poll"
	Time       string     `json:"time"`
	Error      string     `json:"error,omitempty"`
	Restarted  bool       `json:"restarted,omitempty"` // since the poll before
	Heap       *int64     `json:"heapBytes,omitempty"`
	Objects    *int64     `json:"heapObjects,omitempty"`
	Growth     *jsonTrend `json:"heapTrend,omitempty"`
	Goroutines *int64     `json:"goroutines,omitempty"`
	Leaked     *int64     `json:"leaked,omitempty"`
}

type jsonTrend struct {
	PerHour float64        `json:"perHour"`
	Verdict report.Verdict `json:"verdict"`
}

// A jsonEnd is the object at the end.
type jsonEnd struct {
	Type       string     `json:"type"` // "end"
	URL        string     `json:"url"`
	Start      string     `json:"start"`
	End        string     `json:"end"` // the last poll
	Polls      int        `json:"polls"`
	Failed     int        `json:"failed"`
	Restarts   int        `json:"restarts"`
	Heap       int64      `json:"heapBytes"`
	Growth     *jsonTrend `json:"heapTrend,omitempty"`
	Goroutines int64      `json:"goroutines"`
	Leaked     *int64     `json:"leaked,omitempty"`
	Growing    []jsonSite `json:"growing"`
	Reasons    []string   `json:"reasons"` // limits that were passed
	ExitCode   int        `json:"exitCode"`
}

// A jsonSite is a place that grows.
type jsonSite struct {
	Function string       `json:"function"`
	File     string       `json:"file"` // as the server was compiled
	Line     int          `json:"line"`
	Unit     string       `json:"unit"` // of value: "bytes" or "goroutines"
	Value    int64        `json:"value"`
	Objects  int64        `json:"objects,omitempty"`
	Leaked   int          `json:"leaked,omitempty"`
	Trend    *jsonTrend   `json:"trend,omitempty"`
	Finding  *jsonFinding `json:"finding,omitempty"`
}

type jsonFinding struct {
	Rule        string `json:"rule"`
	Position    string `json:"position"`
	Message     string `json:"message"`
	Latent      bool   `json:"latent,omitempty"`
	Fingerprint string `json:"fingerprint"`
}

func (p *programs) polled(r *run, err error) {
	if p.quiet {
		return
	}
	x := jsonPoll{Type: "poll", Time: clock(r.now)}
	if err != nil {
		x.Error = err.Error()
		p.write(x)
		return
	}
	h := r.history
	x.Restarted = r.fresh
	x.Heap, x.Objects = new(int64(h.heap.last.Value)), new(h.objects)
	x.Growth = jsonTrendOf(h.heap.trend(unitBytes))
	if h.goroutines.last.Time.Equal(h.heap.last.Time) {
		x.Goroutines = new(int64(h.goroutines.last.Value))
	}
	x.Leaked = jsonLeaked(h)
	p.write(x)
}

func (p *programs) ended(r *run) {
	h := r.history
	x := jsonEnd{
		Type: "end", URL: r.server.String(), Start: clock(r.start), End: clock(r.now),
		Polls: r.polls, Failed: r.failed, Restarts: r.restarts,
		Heap: int64(h.heap.last.Value), Growth: jsonTrendOf(h.heap.trend(unitBytes)),
		Goroutines: int64(h.goroutines.last.Value), Leaked: jsonLeaked(h),
		Growing: []jsonSite{}, Reasons: append([]string{}, r.reasons...), ExitCode: r.code,
	}
	bytes, waits := h.growing()
	for _, g := range append(bytes, waits...) {
		x.Growing = append(x.Growing, jsonSite{
			Function: g.at.Func, File: g.at.File, Line: g.at.Line,
			Unit: g.unit, Value: int64(g.series.last.Value), Objects: g.objects, Leaked: g.leaked,
			Trend: jsonTrendOf(g.trend), Finding: r.jsonFinding(g),
		})
	}
	p.write(x)
}

// write writes an object on a line of ASCII: there are letters that terminals take
// for commands and JSON for letters.
func (p *programs) write(v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // values of our own types all have a form
	}
	var line []byte
	for _, r := range string(text) {
		if r < 0x7f {
			line = append(line, byte(r))
			continue
		}
		for _, u := range utf16.AppendRune(nil, r) {
			line = fmt.Appendf(line, `\u%04x`, u)
		}
	}
	p.out.Write(append(line, '\n'))
}

func (r *run) jsonFinding(g growing) *jsonFinding {
	f := r.findings.at(g.unit, g.site)
	if f == nil {
		return nil
	}
	return &jsonFinding{
		Rule: f.Rule(), Position: report.Position(f.Pos, r.findings.result.Dir),
		Message: f.Text(), Latent: f.Latent, Fingerprint: f.Fingerprint,
	}
}

func jsonTrendOf(t *report.Trend) *jsonTrend {
	if t == nil {
		return nil
	}
	return &jsonTrend{t.PerHour, t.Verdict}
}

func jsonLeaked(h *history) *int64 {
	if !h.hasLeaked {
		return nil
	}
	return new(int64(h.leaked))
}
