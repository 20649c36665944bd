package protocol

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
)

// maxMessage is far above what servers send, and what is read of a length that
// makes no sense.
const maxMessage = 1 << 30

// A Codec frames messages with headers, for github.com/sourcegraph/jsonrpc2.
// Its own codec writes JSON anew; here a json.RawMessage passes as it is, in
// both directions, and what follows the JSON of a message is not taken for the
// next one.
type Codec struct{}

// ReadObject reads one message into v. It returns io.EOF if there are no more.
func (Codec) ReadObject(r *bufio.Reader, v any) error {
	header, err := textproto.NewReader(r).ReadMIMEHeader()
	if err == io.EOF && len(header) > 0 {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	length := header.Get("Content-Length")
	n, err := strconv.ParseUint(length, 10, 63)
	if err != nil || n > maxMessage {
		return fmt.Errorf("message with Content-Length %q", length)
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, r, int64(n)); err == io.EOF {
		return io.ErrUnexpectedEOF
	} else if err != nil {
		return err
	}
	if raw, ok := v.(*json.RawMessage); ok {
		*raw = body.Bytes()
		return nil
	}
	return json.Unmarshal(body.Bytes(), v)
}

// WriteObject writes v as one message.
func (Codec) WriteObject(w io.Writer, v any) error {
	body, ok := v.(json.RawMessage)
	if !ok {
		var err error
		if body, err = json.Marshal(v); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprintf(w, "Content-Length: %d\r\n\r\n", len(body)); err != nil {
		return err
	}
	_, err := w.Write(body)
	return err
}
