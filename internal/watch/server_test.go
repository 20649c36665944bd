package watch

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestAnswers checks what is said of each way in which a server has no profile.
// URL stands for that of the server.
func TestAnswers(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("another host got %s %v", r.URL, r.Header)
	}))
	defer elsewhere.Close()
	tests := []struct {
		name    string
		handler http.HandlerFunc
		want    string
		refused bool // it would be no other next time
	}{
		{"no such path", http.NotFound,
			"URL/heap: 404 Not Found; does the program import net/http/pprof, and serve it at this path?", true},
		{"no user", status(http.StatusUnauthorized),
			"URL/heap: 401 Unauthorized; user and password go into the URL: http://user:password@HOST", true},
		{"not allowed", status(http.StatusForbidden),
			"URL/heap: 403 Forbidden; it does not let this user, or this machine, have profiles", true},
		{"method", status(http.StatusMethodNotAllowed), "URL/heap: 405 Method Not Allowed", true},
		{"a code that nobody knows", status(299), "URL/heap: 299", true},
		{"busy", status(http.StatusServiceUnavailable), "URL/heap: 503 Service Unavailable", false},
		{"web page", body("<html>\x1b[31m"), "URL/heap: the answer is a web page and no profile; is there a login before it, or another path?", true},
		{"web page by its type", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			io.WriteString(w, "\n\n<p>")
		}, "URL/heap: the answer is a web page and no profile; is there a login before it, or another path?", true},
		{"empty", body(""), "URL/heap: the answer is empty", true},
		{"too large", body(strings.Repeat("x", 3001)), "URL/heap: the answer is larger than 2.9 KiB", true},
		{"hangs", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			"URL/heap: no answer within 50ms (-timeout)", false},
		{"slow", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "some bytes")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, "URL/heap: the answer took longer than 50ms (-timeout); there were 10 B of it", false},
		{"truncated", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "some bytes")
		}, "URL/heap: the answer broke off after 10 B: unexpected EOF", false},
		{"hangs up", raw(""), "URL/heap: it hung up without an answer", false},
		{"not HTTP", raw("SSH-2.0-\x1b[31m\n"), `URL/heap: net/http: HTTP/1.x transport connection broken: malformed HTTP response "SSH-2.0-\x1b[31m"`, false},
		{"elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) },
			"URL/heap: redirects to ELSEWHERE, another host, which is not followed", true},
		{"in circles", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusFound)
		}, "URL/heap: redirects more than 5 times", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ts := httptest.NewServer(test.handler)
			defer ts.Close()
			s, err := newServer(ts.URL+"/debug/pprof?token=secret", 50*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			s.limit = 3000
			_, err = s.get(t.Context(), heapName, false)
			if err == nil {
				t.Fatal("it is taken for a profile")
			}
			want := strings.NewReplacer("URL/heap", ts.URL+"/debug/pprof/heap", "HOST", ts.Listener.Addr().String(), "ELSEWHERE", elsewhere.Listener.Addr().String()).Replace(test.want)
			if err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
			if isRefused(err) != test.refused {
				t.Errorf("refused: %t", !test.refused)
			}
		})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
}

func body(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		io.WriteString(w, text)
	}
}

// raw answers with bytes and hangs up.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		io.WriteString(conn, text)
		conn.Close()
	}
}

func TestNobodyListens(t *testing.T) {
	ts := httptest.NewServer(http.NotFoundHandler())
	ts.Close()
	s, err := newServer(ts.URL, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.get(t.Context(), heapName, false)
	if want := ts.URL + "/debug/pprof/heap: connection refused; nothing listens there"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestPassword checks that a password goes to its host, also after a redirect
// there, and nowhere else.
func TestPassword(t *testing.T) {
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != "jane" || password != "s3/cret":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/debug/pprof/heap":
			http.Redirect(w, r, "/moved?"+r.URL.RawQuery, http.StatusMovedPermanently)
		default:
			fmt.Fprint(w, r.URL.RawQuery)
		}
	}))
	defer ts.Close()
	for user, want := range map[string]string{
		"jane:s3%2Fcret": "gc=1&token=x",
		"jane:wr0ng":     "401 Unauthorized; it does not take this user and password",
	} {
		s, err := newServer(strings.Replace(ts.URL, "//", "//"+user+"@", 1)+"?token=x", time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.String(); got != ts.URL+"/debug/pprof" {
			t.Errorf("it is shown as %s", got)
		}
		data, err := s.get(t.Context(), heapName, true)
		if err != nil {
			data = []byte(strings.TrimPrefix(err.Error(), ts.URL+"/debug/pprof/heap: "))
		}
		if string(data) != want {
			t.Errorf("%s: %s, want %s", user, data, want)
		}
	}
}

func TestTLS(t *testing.T) {
	ts := httptest.NewUnstartedServer(body("profile"))
	ts.Config.ErrorLog = log.New(io.Discard, "", 0)
	ts.StartTLS()
	defer ts.Close()
	s, err := newServer(ts.URL, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.get(t.Context(), heapName, false); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody: %v", err)
	}
	s.client.Transport.(*http.Transport).TLSClientConfig = ts.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	if data, err := s.get(t.Context(), heapName, false); err != nil || string(data) != "profile" {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestRedirects(t *testing.T) {
	tests := []struct {
		from, to string
		want     string // the error
	}{
		{"http://a:1/debug/pprof/heap", "http://a:1/x", ""},
		{"http://a:1/", "http://A:1/x", ""},
		{"http://a/", "https://a/", ""},
		{"http://a:80/", "https://a:443/", ""},
		{"https://a/", "http://a/", "redirects from https to http, which is not followed"},
		{"http://a:1/", "http://a:2/", "redirects to a:2, another host, which is not followed"},
		{"http://a/", "https://b/", "redirects to b, another host, which is not followed"},
		{"https://a/", "https://a.b/", "redirects to a.b, another host, which is not followed"},
	}
	for _, test := range tests {
		request := func(raw string) *http.Request {
			u, err := url.Parse(raw)
			if err != nil {
				t.Fatal(err)
			}
			return &http.Request{URL: u}
		}
		got := ""
		if err := new(server).follow(request(test.to), []*http.Request{request(test.from)}); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("from %s to %s: %q, want %q", test.from, test.to, got, test.want)
		}
	}
}

func TestURLs(t *testing.T) {
	tests := []struct{ raw, shown, err string }{
		{raw: "http://localhost:6060", shown: "http://localhost:6060/debug/pprof"},
		{raw: "http://localhost:6060/", shown: "http://localhost:6060/debug/pprof"},
		{raw: "https://jane:x@[::1]/a/debug/pprof/?token=x#y", shown: "https://[::1]/a/debug/pprof/"},
		{raw: "localhost:6060", err: "the URL has to begin with http:// or https://"},
		{raw: "./...", err: "the URL has to begin with http:// or https://"},
		{raw: "http:///debug/pprof", err: "the URL names no host"},
		{raw: "http://a:b/", err: `the URL does not parse: invalid port ":b" after host`},
		{raw: "http://jane:pass/word@a/", err: "the URL does not parse; write special characters of a password as %XX"},
	}
	for _, test := range tests {
		s, err := newServer(test.raw, time.Second)
		switch {
		case err != nil && err.Error() != test.err:
			t.Errorf("%s: %v, want %s", test.raw, err, test.err)
		case err == nil && s.String() != test.shown:
			t.Errorf("%s is shown as %s", test.raw, s)
		}
	}
}
