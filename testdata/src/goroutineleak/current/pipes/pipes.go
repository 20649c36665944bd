// Package pipes has goroutines at the ends of pipes.
package pipes

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"os/exec"

	"example.com/goroutines/internal/pack"
)

// Nobody reads if there is no request.
func Post(url string, v any) error {
	out, in := io.Pipe()
	go func() { // want `goroutine may wait for ever to write to a pipe that nobody reads from \(goroutineleak/blocked-send\)`
		in.CloseWithError(json.NewEncoder(in).Encode(v))
	}()
	req, err := http.NewRequest(http.MethodPost, url, out)
	if err != nil {
		return err
	}
	return do(req)
}

// The reader is closed.
func Put(url string, v any) error {
	out, in := io.Pipe()
	go func() {
		in.CloseWithError(json.NewEncoder(in).Encode(v))
	}()
	req, err := http.NewRequest(http.MethodPut, url, out)
	if err != nil {
		out.Close()
		return err
	}
	return do(req)
}

func do(req *http.Request) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// The goroutine is in another package.
func Packed(ctx context.Context, url string, r io.Reader) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, pack.Pack(r))
	if err != nil {
		return err // want `leaves while the goroutine that fills the pipe still has something to write \(goroutineleak/generator-abandoned\)`
	}
	return do(req)
}

func PackedToo(ctx context.Context, url string, r io.Reader) error {
	packed := pack.Pack(r)
	defer packed.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, packed)
	if err != nil {
		return err
	}
	return do(req)
}

// The first part is all that is read.
func Head(r io.Reader) ([]byte, error) {
	out, in := io.Pipe()
	go func() { // want `goroutine may wait for ever to write to a pipe that nobody reads from \(goroutineleak/blocked-send\)`
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	head := make([]byte, 512)
	n, err := io.ReadFull(out, head)
	return head[:n], err
}

// All is read.
func All(r io.Reader) ([]byte, error) {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	return io.ReadAll(out)
}

func Copy(r io.Reader) *bytes.Buffer {
	out, in := io.Pipe()
	go func() {
		io.Copy(in, r)
		in.Close()
	}()
	buf := new(bytes.Buffer)
	io.Copy(buf, out)
	return buf
}

// It stops at a line.
func Find(r io.Reader, is func(string) bool) bool {
	out, in := io.Pipe()
	go func() { // want `goroutine may wait for ever to write to a pipe that nobody reads from \(goroutineleak/blocked-send\)`
		w := bufio.NewWriter(in)
		io.Copy(w, r)
		w.Flush()
		in.Close()
	}()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if is(lines.Text()) {
			return true
		}
	}
	return false
}

// It goes on to the end.
func Lines(r io.Reader, line func(string)) error {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line(lines.Text())
	}
	return lines.Err()
}

// A function of the package reads, and leaves before the end.
func Check(r io.Reader) error {
	out, in := io.Pipe()
	go func() { // want `goroutine may wait for ever to write to a pipe that nobody reads from \(goroutineleak/blocked-send\)`
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	return check(out)
}

func CheckAll(r io.Reader) error {
	out, in := io.Pipe()
	go func() {
		_, err := io.Copy(in, r)
		in.CloseWithError(err)
	}()
	err := check(out)
	out.CloseWithError(err)
	return err
}

func check(r io.Reader) error {
	part := make([]byte, 10)
	for {
		switch n, err := r.Read(part); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case n > 0 && part[0] == 0:
			return io.ErrUnexpectedEOF
		}
	}
}

// Nobody closes what is written to.
func Unclosed(r io.Reader) ([]byte, error) {
	out, in := io.Pipe()
	go io.Copy(in, r)
	return io.ReadAll(out) // want `may wait for ever to read from a pipe that nobody closes \(goroutineleak/blocked-receive\)`
}

// The goroutine that reads stays if there is an error.
func Feed(items []string, use func(string)) error {
	out, in := io.Pipe()
	go func() { // want `goroutine may wait for ever to read from a pipe that nobody closes \(goroutineleak/blocked-receive\)`
		for lines := bufio.NewScanner(out); lines.Scan(); {
			use(lines.Text())
		}
	}()
	for _, item := range items {
		if item == "" {
			return io.ErrUnexpectedEOF
		}
		if _, err := io.WriteString(in, item); err != nil {
			return err
		}
	}
	return in.Close()
}

// Others get an end: they may do anything with it.
func Output(cmd *exec.Cmd, line func(string)) error {
	out, in := io.Pipe()
	cmd.Stdout = in
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			line(lines.Text())
		}
	}()
	if err := cmd.Run(); err != nil {
		return err
	}
	return in.Close()
}

func Form(req *http.Request, fields map[string]string) {
	out, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		for name, value := range fields {
			form.WriteField(name, value)
		}
		form.Close()
		in.Close()
	}()
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Body = io.NopCloser(out)
}

func Both(r io.Reader, sum func(io.Reader)) error {
	out, in := io.Pipe()
	go sum(out)
	_, err := io.Copy(io.Discard, io.TeeReader(r, in))
	if err != nil {
		return err
	}
	return in.Close()
}
