package proxy

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/memlint/memlint/internal/lsp/protocol"
)

// lastWords is how long the first server may take to end when the client hung up.
const lastWords = 5 * time.Second

// Run starts the first server with the given command, serves the client with
// both servers, and ends when the first one does, with its exit code. What that
// writes to standard error goes to stderr. The error is that it cannot be
// started or was killed, or a message that makes no sense.
func Run(ctx context.Context, client io.ReadWriter, stderr io.Writer, command []string, second func(io.ReadWriteCloser)) (code int, err error) {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stderr = stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return 0, fmt.Errorf("pipe to %s: %w", command[0], err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, fmt.Errorf("pipe from %s: %w", command[0], err)
	}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("cannot start %s: %w", command[0], err)
	}

	ours, theirs := duplex()
	go second(theirs)

	r := newRouter(protocol.NewOutbox(client), protocol.NewOutbox(stdin), protocol.NewOutbox(ours))
	defer r.second.Close()
	defer ours.Close() // before that: nobody may read any more
	go move(ours, nil, r.fromSecond)
	fromClient, fromFirst := make(chan error, 1), make(chan error, 1)
	go func() {
		err := named("the editor", move(client, stdin, r.fromClient))
		r.first.Close()
		stdin.Close()
		fromClient <- err
	}()
	go func() { fromFirst <- named(command[0], move(stdout, client, r.fromFirst)) }()

	select {
	case err = <-fromFirst:
	case err = <-fromClient:
		if err != nil {
			break
		}
		select {
		case err = <-fromFirst:
		case <-time.After(lastWords):
			err = fmt.Errorf("the editor hung up, and %s did not end", command[0])
		}
	}
	r.client.Close()
	return end(cmd, err)
}

// end waits for a server, which is killed unless it ended by itself, and returns
// its exit code.
func end(cmd *exec.Cmd, cause error) (code int, err error) {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if cause != nil {
		cmd.Process.Kill()
		<-ended
		return 0, cause
	}
	select {
	case err = <-ended:
	case <-time.After(lastWords):
		cmd.Process.Kill()
		err = <-ended
	}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.Exited() {
		return exit.ExitCode(), nil
	} else if err != nil {
		return 0, fmt.Errorf("%s ended: %w", cmd.Path, err)
	}
	return 0, nil
}

// named says in err whose message made no sense.
func named(who string, err error) error {
	if err != nil {
		return fmt.Errorf("message of %s: %w", who, err)
	}
	return nil
}

// move hands on messages from r, until there are no more. If what comes are no
// messages at all, it is copied to w.
func move(r io.Reader, w io.Writer, handle func(body json.RawMessage)) error {
	in := bufio.NewReader(r)
	const header = "Content-"
	if start, _ := in.Peek(len(header)); w != nil && !strings.EqualFold(string(start), header) {
		_, err := io.Copy(w, in)
		if isEnd(err) {
			return nil
		}
		return err
	}
	for {
		var body json.RawMessage
		if err := (protocol.Codec{}).ReadObject(in, &body); isEnd(err) {
			return nil
		} else if err != nil {
			return err
		}
		handle(body)
	}
}

// isEnd reports whether err is that nobody writes any more.
func isEnd(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, io.ErrClosedPipe, os.ErrClosed, brokenPipe} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}

// duplex returns the two ends of a connection.
func duplex() (a, b io.ReadWriteCloser) {
	ar, bw := io.Pipe()
	br, aw := io.Pipe()
	return half{ar, aw}, half{br, bw}
}

// A half is one end of a connection.
type half struct {
	*io.PipeReader
	w *io.PipeWriter
}

// Write writes to the other end.
func (e half) Write(p []byte) (int, error) { return e.w.Write(p) }

// Close hangs up.
func (e half) Close() error {
	e.w.Close()
	return e.PipeReader.Close()
}
