package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/pprof"
	"runtime"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// served is memory that heap profiles know of: they take samples, and small programs may have none.
var served = make([]byte, 8<<20)

// serve is a command of scripts: it starts servers that are there until the script
// ends, and sets the variable of the same name in capitals to the URL of each.
func serve(ts *testscript.TestScript, _ bool, kinds []string) {
	for _, kind := range kinds {
		var handler http.HandlerFunc
		switch kind {
		case "profiles":
			handler = pprof.Index
		case "locked":
			handler = func(w http.ResponseWriter, r *http.Request) {
				if user, password, _ := r.BasicAuth(); user != "jane" || password != "secret" {
					w.WriteHeader(http.StatusUnauthorized)
					return
				}
				pprof.Index(w, r)
			}
		case "page":
			handler = func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>") }
		case "nothing":
			handler = http.NotFound
		default:
			ts.Fatalf("nobody serves %s", kind)
		}
		server := httptest.NewServer(handler)
		ts.Defer(server.Close)
		ts.Setenv(strings.ToUpper(kind), server.URL+"/debug/pprof")
	}
	runtime.GC() // of which profiles tell what it has left
	runtime.KeepAlive(served)
}
