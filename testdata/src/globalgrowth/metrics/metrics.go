// Package metrics has metrics whose labels have too many values.
package metrics

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

var requests = prometheus.NewCounterVec("requests", []string{"method", "path"})

// Every path that a client thinks of is a metric for ever.
func Serve(w http.ResponseWriter, r *http.Request) {
	requests.WithLabelValues(r.Method, r.URL.Path).Inc() // want `metric gets ever new labels; held by package variable requests \(globalgrowth/container-only-grows\)`
}

var codes = prometheus.NewCounterVec("codes", []string{"method", "code"})

// Latent: there are few methods and codes.
func Code(w http.ResponseWriter, r *http.Request, code int) {
	codes.WithLabelValues(r.Method, strconv.Itoa(code)).Inc() // want `globalgrowth/container-only-grows, latent`
}

type tailer struct{ path, tenant string }

var lines = prometheus.NewCounterVec("lines", []string{"path"})

// Latent: nothing shows that there are many files.
func (t *tailer) Line() {
	lines.With(prometheus.Labels{"path": t.path}).Inc() // want `globalgrowth/container-only-grows, latent`
}

var bytesRead = prometheus.NewCounterVec("bytes", []string{"path"})

// Fine: the metric goes with the file.
func (t *tailer) Read() { bytesRead.WithLabelValues(t.path).Inc() }

func (t *tailer) Stop() { bytesRead.DeleteLabelValues(t.path) }

var tenants = prometheus.NewCounterVec("tenants", []string{"tenant"})

// Latent: one metric per tenant is often what is wanted.
func (t *tailer) Tenant() { tenants.WithLabelValues(t.tenant).Inc() } // want `globalgrowth/container-only-grows, latent`

var Exported = prometheus.NewCounterVec("exported", []string{"path"})

// Silent: other packages may delete from it.
func (t *tailer) Exported() { Exported.WithLabelValues(t.path).Inc() }

type list struct{ path string }

var reloads = prometheus.NewCounterVec("reloads", []string{"path"})

// Latent: nothing says that lists come and go.
func (l *list) Reload() { reloads.WithLabelValues(l.path).Inc() } // want `globalgrowth/container-only-grows, latent`

// Fine: the names of remotes are those that were set up.
var (
	remotes = map[string]string{}
	calls   = prometheus.NewCounterVec("calls", []string{"remote"})
)

func SetUp(list []string) {
	for _, name := range list {
		remotes[name] = "https://" + name // want `globalgrowth/map-only-grows, latent`
	}
}

func Call(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("remote")
	url, ok := remotes[name]
	if !ok {
		return
	}
	calls.WithLabelValues(name).Inc()
	http.Redirect(w, r, url, http.StatusFound)
}

// Those who come and go are as many as there are.
var (
	guests = map[string]int{}
	visits = prometheus.NewCounterVec("visits", []string{"guest"})
)

func Visit(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("guest")
	if _, ok := guests[name]; ok {
		visits.WithLabelValues(name).Inc() // want `globalgrowth/container-only-grows`
		delete(guests, name)
		return
	}
	guests[name] = 1
}

// Nor does it help that another name was found.
func Mistake(w http.ResponseWriter, r *http.Request) {
	if _, ok := remotes[r.FormValue("remote")]; ok {
		misses.WithLabelValues(r.FormValue("from")).Inc() // want `globalgrowth/container-only-grows`
	}
}

var misses = prometheus.NewCounterVec("misses", []string{"from"})
