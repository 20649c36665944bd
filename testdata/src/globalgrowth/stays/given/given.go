// Package given has keys with names of what comes and goes, some of which do
// neither: only what a function is called with shows that keys do not end.
package given

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

type route struct {
	path  string
	parts []string
}

type router struct{ routes []*route }

var patterns = map[string]*regexp.Regexp{}

// Fine: the paths are those of routes, of which there are few; what the client
// asks for is only compared with them.
func (rt *router) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := strings.Split(strip(r.URL.Path), "/")
	for _, route := range rt.routes {
		for i, path := range route.parts {
			if path = strip(path); i < len(asked) && match(path, asked[i]) {
				w.WriteHeader(http.StatusOK)
			}
		}
	}
}

func strip(path string) string { return strings.TrimPrefix(path, "/") }

func match(path, asked string) bool {
	re := patterns[path]
	if re == nil {
		re = regexp.MustCompile(path)
		patterns[path] = re // want `globalgrowth/map-only-grows, latent`
	}
	return re.MatchString(asked)
}

var compiled = map[string]*regexp.Regexp{}

// Latent: callers may have few patterns.
func Match(pattern, s string) bool {
	re := compiled[pattern]
	if re == nil {
		re = regexp.MustCompile(pattern)
		compiled[pattern] = re // want `globalgrowth/map-only-grows, latent`
	}
	return re.MatchString(s)
}

var byNumber = map[int]string{}

// Fine: it counts to the same numbers at each call.
func Number(names []string) {
	for i, id := 0, 0; i < len(names); i, id = i+1, id+1 {
		byNumber[id] = names[i]
	}
}

var zones = map[int]*time.Location{}

// Latent: there are few time zones.
func Zone(offset int) *time.Location {
	z := zones[offset]
	if z == nil {
		z = time.FixedZone("", offset)
		zones[offset] = z // want `globalgrowth/map-only-grows, latent`
	}
	return z
}

// Color is an enumeration that other packages may extend.
type Color int

var colorNames []string

// Each call adds one, and everybody can call it.
func NewColor(name string) Color {
	colorNames = append(colorNames, name) // want `package variable colorNames`
	return Color(len(colorNames) - 1)
}

var asked = map[string]bool{}

// Latent: the requests are those that the program itself sends.
func fetch(c *http.Client, r *http.Request) error {
	asked[r.URL.String()] = true // want `globalgrowth/map-only-grows, latent`
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func Fetch(c *http.Client, r *http.Request) error { return fetch(c, r) }

const tracing = false

var traces []string

// Fine: this build does not trace.
func Trace(s string) {
	if tracing {
		traces = append(traces, s)
	}
}

var mask = [4]byte{1, 2}

type program struct{ consts [][]byte }

// Fine: the program grows and not the array in it.
func (p *program) Mask() {
	p.consts = append(p.consts, mask[:])
}

type gauge struct{ labels []string }

var gauges = map[string]float64{}

// Latent: nothing shows that there are many combinations.
func (g *gauge) Set(v float64) {
	gauges[strings.Join(g.labels, ",")] = v // want `globalgrowth/map-only-grows, latent`
}
