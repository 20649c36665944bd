package protocol_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/memlint/memlint/internal/lsp/protocol"
)

// TestCodec reads what programs write, one message after the other.
func TestCodec(t *testing.T) {
	big := `"` + strings.Repeat("x", 5<<20) + `"`
	for _, test := range []struct {
		name, in string
		want     []string
		err      string
	}{
		{"two", "Content-Length: 2\r\n\r\n{}Content-Length: 4\r\n\r\nnull", []string{"{}", "null"}, "EOF"},
		{"other headers, in any case", "content-type: x\r\ncontent-length: 2\r\n\r\n{}", []string{"{}"}, "EOF"},
		{"space around the JSON", "Content-Length: 4\r\n\r\n {}\nContent-Length: 2\r\n\r\n[]", []string{" {}\n", "[]"}, "EOF"},
		{"what JSON need not escape", "Content-Length: 5\r\n\r\n\"<&>\"", []string{`"<&>"`}, "EOF"},
		{"megabytes", "Content-Length: 5242882\r\n\r\n" + big, []string{big}, "EOF"},
		{"nothing", "", nil, "EOF"},
		{"half a header", "Content-", nil, `malformed MIME header: missing colon: "Content-"`},
		{"half a message", "Content-Length: 9\r\n\r\n{}", nil, "unexpected EOF"},
		{"no header", "hello\r\n\r\n", nil, `malformed MIME header: missing colon: "hello"`},
		{"no length", "Content-Type: x\r\n\r\n{}", nil, `message with Content-Length ""`},
		{"no number", "Content-Length: -1\r\n\r\n{}", nil, `message with Content-Length "-1"`},
		{"too long to be true", "Content-Length: 99999999999\r\n\r\n{}", nil, `message with Content-Length "99999999999"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			in := bufio.NewReader(strings.NewReader(test.in))
			var out bytes.Buffer
			for _, want := range append(test.want, "") {
				var got json.RawMessage
				err := protocol.Codec{}.ReadObject(in, &got)
				if want == "" {
					if err == nil || err.Error() != test.err {
						t.Errorf("at the end: error %v, want %s", err, test.err)
					}
					return
				}
				if err != nil || string(got) != want {
					t.Fatalf("read %.50q, error %v, want %.50q", got, err, want)
				}
				// And writes it as it was.
				if err := (protocol.Codec{}).WriteObject(&out, got); err != nil || !strings.HasSuffix(out.String(), "\r\n\r\n"+want) {
					t.Fatalf("wrote %.50q, error %v", out.String(), err)
				}
			}
		})
	}
}

// TestOutbox checks that who sends does not wait for who reads, and that Close
// waits for what was sent.
func TestOutbox(t *testing.T) {
	r, w := io.Pipe()
	out := protocol.NewOutbox(w)
	const n = 100
	for range n {
		out.Send(json.RawMessage(`"` + strings.Repeat("x", 1<<16) + `"`))
	}
	read := make(chan int)
	go func() {
		in, got := bufio.NewReader(r), 0
		for (protocol.Codec{}).ReadObject(in, new(string)) == nil {
			got++
		}
		read <- got
	}()
	out.Close()
	w.Close()
	if got := <-read; got != n {
		t.Errorf("read %d messages, want %d", got, n)
	}
}

// TestGone checks that Close does not wait for a reader that is gone.
func TestGone(t *testing.T) {
	r, w := io.Pipe()
	r.Close()
	out := protocol.NewOutbox(w)
	out.Send(json.RawMessage("1"))
	out.Close()
	out.Send(json.RawMessage("2"))
}

func TestFile(t *testing.T) {
	for uri, want := range map[protocol.URI]string{
		"file:///home/a/b.go":           "/home/a/b.go",
		"file:///home/a%20b/%C3%BC.go":  "/home/a b/ü.go",
		"file:///home/a%5B1%5D/../b.go": "/home/b.go",
		"file://localhost/b.go":         "/b.go",
		"file:///c%3A/x.go":             "C:/x.go",
		"file:///C:/x.go":               "C:/x.go",
		"file://server/share/x.go":      "",
		"untitled:Untitled-1":           "",
		"https://example.com/x.go":      "",
		"file:x.go":                     "",
		"%":                             "",
		"":                              "",
	} {
		got, ok := uri.File()
		if filepath.ToSlash(got) != want || ok != (want != "") {
			t.Errorf("%s: file %q, %t, want %q", uri, got, ok, want)
		}
	}
}

func TestFileURI(t *testing.T) {
	names := map[string]protocol.URI{
		"/home/a b/ü.go":  "file:///home/a%20b/%C3%BC.go",
		"/home/50%#?.go":  "file:///home/50%25%23%3F.go",
		"/home/[slug].go": "file:///home/%5Bslug%5D.go",
	}
	if runtime.GOOS == "windows" {
		names = map[string]protocol.URI{`C:\a b\x.go`: "file:///C:/a%20b/x.go"}
	}
	for name, want := range names {
		uri := protocol.FileURI(name)
		if uri != want {
			t.Errorf("%s: %s, want %s", name, uri, want)
		}
		if got, ok := uri.File(); !ok || got != name {
			t.Errorf("%s: back again, it is %s", name, got)
		}
	}
}

// TestPositions counts columns in a text with characters of one to four bytes.
func TestPositions(t *testing.T) {
	const src = "aü–😀z\r\nb\n\nlast"
	type at = protocol.Position
	for _, test := range []struct {
		before             string // of which line
		utf8, utf16, utf32 at
	}{
		{"a", at{0, 0}, at{0, 0}, at{0, 0}},
		{"ü", at{0, 1}, at{0, 1}, at{0, 1}},
		{"–", at{0, 3}, at{0, 2}, at{0, 2}},
		{"😀", at{0, 6}, at{0, 3}, at{0, 3}},
		{"z", at{0, 10}, at{0, 5}, at{0, 4}},
		{"b", at{1, 0}, at{1, 0}, at{1, 0}},
		{"last", at{3, 0}, at{3, 0}, at{3, 0}},
	} {
		offset := strings.Index(src, test.before)
		for encoding, want := range map[protocol.Encoding]at{
			protocol.UTF8: test.utf8, protocol.UTF16: test.utf16, protocol.UTF32: test.utf32,
		} {
			text := protocol.NewText([]byte(src), encoding)
			if got := text.Position(offset); got != want {
				t.Errorf("%s: %q is at %v, want %v", encoding, test.before, got, want)
			}
			if got, err := text.Offset(want); err != nil || got != offset {
				t.Errorf("%s: at %v is byte %d, error %v, want %d", encoding, want, got, err, offset)
			}
		}
	}

	text := protocol.NewText([]byte(src), protocol.UTF16)
	for _, test := range []struct {
		line, column int // as compilers have it
		want         at
	}{
		{1, 7, at{0, 3}},
		{1, 0, at{0, 0}},
		{1, 99, at{0, 6}},
		{0, 0, at{0, 0}},
		{99, 1, at{3, 0}},
	} {
		if got := text.Column(test.line, test.column); got != test.want {
			t.Errorf("line %d, column %d: %v, want %v", test.line, test.column, got, test.want)
		}
	}
	if got, err := text.Offset(at{0, 99}); err != nil || got != strings.Index(src, "\r") {
		t.Errorf("beyond a line: byte %d, error %v", got, err)
	}
	for _, p := range []at{{4, 0}, {-1, 0}, {0, -1}} {
		if _, err := text.Offset(p); err == nil {
			t.Errorf("%v is in the text", p)
		}
	}
}

func TestApply(t *testing.T) {
	in := func(line, start, end int) *protocol.Range {
		return &protocol.Range{Start: protocol.Position{Line: line, Character: start}, End: protocol.Position{Line: line, Character: end}}
	}
	for _, test := range []struct {
		text   string
		change protocol.ContentChange
		want   string // "" is an error
	}{
		{"a😀b", protocol.ContentChange{Range: in(0, 1, 3), Text: "-"}, "a-b"},
		{"a😀b", protocol.ContentChange{Range: in(0, 3, 3), Text: "!"}, "a😀!b"},
		{"a\nb", protocol.ContentChange{Range: in(1, 0, 9)}, "a\n"},
		{"a\nb", protocol.ContentChange{Text: "new"}, "new"},
		{"", protocol.ContentChange{Range: in(0, 0, 0), Text: "x"}, "x"},
		{"a\nb", protocol.ContentChange{Range: in(2, 0, 0)}, ""},
		{"abc", protocol.ContentChange{Range: in(0, 2, 1)}, ""},
	} {
		got, err := protocol.NewText([]byte(test.text), protocol.UTF16).Apply(test.change)
		if string(got) != test.want || (err != nil) != (test.want == "") {
			t.Errorf("%q: %q, error %v, want %q", test.text, got, err, test.want)
		}
	}
}
