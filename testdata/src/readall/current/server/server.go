// Package server reads what clients send.
package server

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"os"

	"example.com/reading/internal/whole"
)

type note struct{ Text string }

func All(w http.ResponseWriter, req *http.Request) {
	data, _ := io.ReadAll(req.Body) // want `request body is read whole with no limit such as http.MaxBytesReader \(readall/unbounded-read\)`
	w.Write(data)
}

// Buffered is no limit.
func Buffered(w http.ResponseWriter, req *http.Request) {
	data, _ := io.ReadAll(bufio.NewReader(req.Body)) // want `request body is read whole`
	w.Write(data)
}

func JSON(w http.ResponseWriter, req *http.Request) {
	var n note
	dec := json.NewDecoder(req.Body)
	dec.DisallowUnknownFields()
	if dec.Decode(&n) == nil { // want `request body is read whole`
		io.WriteString(w, n.Text)
	}
}

func XML(w http.ResponseWriter, req *http.Request) {
	var n note
	if xml.NewDecoder(req.Body).Decode(&n) == nil { // want `request body is read whole`
		io.WriteString(w, n.Text)
	}
}

func Helper(w http.ResponseWriter, req *http.Request) {
	data, _ := whole.Bytes(req.Body) // want `request body is read whole`
	w.Write(data)
	var n note
	whole.Value(req.Body, &n) // want `request body is read whole`
}

// read is what several handlers call: the body is read here.
func read(req *http.Request) []byte {
	var buf bytes.Buffer
	buf.ReadFrom(req.Body) // want `request body is read whole`
	return buf.Bytes()
}

func One(w http.ResponseWriter, req *http.Request) { w.Write(read(req)) }
func Two(w http.ResponseWriter, req *http.Request) { w.Write(read(req)[1:]) }

func Form(w http.ResponseWriter, req *http.Request) {
	f, _, err := req.FormFile("f")
	if err != nil {
		return
	}
	defer f.Close()
	data, _ := io.ReadAll(f) // want `uploaded file is read whole with no limit such as io.LimitReader`
	w.Write(data)
}

func Spooled(w http.ResponseWriter, req *http.Request) {
	f, err := os.CreateTemp("", "upload")
	if err != nil {
		return
	}
	defer f.Close()
	io.Copy(f, req.Body)
	data, _ := os.ReadFile(f.Name()) // want `uploaded file is read whole`
	w.Write(data)
}

// Max is fine.
func Max(w http.ResponseWriter, req *http.Request) {
	data, _ := io.ReadAll(http.MaxBytesReader(w, req.Body, 1<<20))
	w.Write(data)
}

// Replaced is fine: the body is another one.
func Replaced(w http.ResponseWriter, req *http.Request) {
	whole.Limit(w, req)
	data, _ := io.ReadAll(req.Body)
	w.Write(data)
}

// Chosen is fine: whoever has no limit has been looked at.
func Chosen(w http.ResponseWriter, req *http.Request, trusted bool) {
	var r io.Reader = req.Body
	if !trusted {
		r = io.LimitReader(r, 1<<10)
	}
	data, _ := io.ReadAll(r)
	w.Write(data)
}

// Head is fine: the helper reads a part.
func Head(w http.ResponseWriter, req *http.Request) {
	data, _ := whole.Head(req.Body)
	w.Write(data)
}

// Counted is fine: it looks at the length.
func Counted(w http.ResponseWriter, req *http.Request) {
	if req.ContentLength < 0 || req.ContentLength > 1<<20 {
		return
	}
	data, _ := io.ReadAll(req.Body)
	w.Write(data)
}

// Each is fine: it reads a stream.
func Each(w http.ResponseWriter, req *http.Request) {
	dec := json.NewDecoder(req.Body)
	for {
		var n note
		if dec.Decode(&n) != nil {
			return
		}
		io.WriteString(w, n.Text)
	}
}

// limited is fine: its caller limits the body.
func limited(req *http.Request) []byte {
	data, _ := io.ReadAll(req.Body)
	return data
}

func Limited(w http.ResponseWriter, req *http.Request) {
	req.Body = http.MaxBytesReader(w, req.Body, 1<<20)
	w.Write(limited(req))
}

// Pipe is fine: nothing is in memory.
func Pipe(w http.ResponseWriter, req *http.Request) { io.Copy(w, req.Body) }
