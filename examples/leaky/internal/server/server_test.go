package server

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestChat(t *testing.T) {
	srv := httptest.NewServer(New(t.TempDir()))
	defer srv.Close()

	stream, err := http.Get(srv.URL + "/rooms/go?user=ann")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	resp, err := http.PostForm(srv.URL+"/rooms/go", url.Values{"user": {"bob"}, "text": {"hello"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()

	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "hello") {
			return
		}
	}
	t.Errorf("the stream ends without the message: %v", lines.Err())
}

func TestFiles(t *testing.T) {
	srv := httptest.NewServer(New(t.TempDir()))
	defer srv.Close()

	id := strings.TrimSpace(text(t)(http.Post(srv.URL+"/files/notes.txt", "text/plain", strings.NewReader("buy milk"))))
	got := text(t)(http.Get(srv.URL + "/files/" + id))
	if want := "notes.txt, 8 bytes: buy milk, fetched 0 times\n"; got != want {
		t.Errorf("the file is described as %q, want %q", got, want)
	}
	z, err := gzip.NewReader(strings.NewReader(text(t)(http.Get(srv.URL + "/files/" + id + "/gzip"))))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != "buy milk" {
		t.Errorf("the compressed file is %q, %v, want %q", got, err, "buy milk")
	}
}

func TestEmptyFile(t *testing.T) {
	srv := httptest.NewServer(New(t.TempDir()))
	defer srv.Close()

	id := strings.TrimSpace(text(t)(http.Post(srv.URL+"/files/empty", "text/plain", nil)))
	if got := text(t)(http.Get(srv.URL + "/files/" + id + "/gzip")); got != "" {
		t.Errorf("the compressed file is %q, want nothing", got)
	}
}

func TestAudit(t *testing.T) {
	srv := httptest.NewServer(New(t.TempDir()))
	defer srv.Close()

	text(t)(http.Get(srv.URL + "/metrics"))
	if got, want := text(t)(http.Get(srv.URL+"/audit")), "GET /metrics\nGET /audit\n"; !strings.HasSuffix(got, want) {
		t.Errorf("the audit is %q, want %q at its end", got, want)
	}
}

// text returns the body of a response.
func text(t *testing.T) func(*http.Response, error) string {
	return func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
}
