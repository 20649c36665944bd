package lsp

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/memlint/memlint/internal/lsp/protocol"
)

// A stream is the connection to a client. It remembers why there was nothing
// more to read.
type stream struct {
	client io.Closer
	in     *bufio.Reader
	out    *protocol.Outbox

	mu  sync.Mutex
	err error
}

func newStream(client io.ReadWriteCloser) *stream {
	return &stream{client: client, in: bufio.NewReader(client), out: protocol.NewOutbox(client)}
}

// ReadObject reads the next message into v.
func (s *stream) ReadObject(v any) error {
	err := protocol.Codec{}.ReadObject(s.in, v)
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.err = err
	}
	return err
}

// WriteObject sends v.
func (s *stream) WriteObject(v any) error {
	body, err := json.Marshal(v)
	if err == nil {
		s.out.Send(body)
	}
	return err
}

// Close hangs up when all is written.
func (s *stream) Close() error {
	s.out.Close()
	return s.client.Close()
}

// failure returns the error that is not that the client hung up.
func (s *stream) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, os.ErrClosed} {
		if errors.Is(s.err, end) {
			return nil
		}
	}
	return s.err
}
