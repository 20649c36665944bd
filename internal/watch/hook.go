package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// grace is how long a hook that still runs at the end is waited for.
const grace = 10 * time.Second

// words splits a command as the go command splits GOFLAGS: at spaces, where a word
// that begins with a quote ends with the next one like it. Nothing else has a
// meaning, so that names of files on Windows are what they are. The error is one
// line.
func words(s string) ([]string, error) {
	const space = " \t\r\n"
	var list []string
	for s = strings.TrimLeft(s, space); s != ""; s = strings.TrimLeft(s, space) {
		end, next := strings.IndexAny(s, space), 0
		if quote := s[0]; quote == '"' || quote == '\'' {
			s, next = s[1:], 1
			if end = strings.IndexByte(s, quote); end < 0 {
				return nil, fmt.Errorf("a quote %c has no end", quote)
			}
		}
		if end < 0 {
			end = len(s)
		}
		list = append(list, s[:end])
		s = s[end+next:]
	}
	return list, nil
}

// A hook is a command that runs because a limit was passed.
type hook struct {
	cmd  *exec.Cmd
	done chan error
}

// startHook starts a command with variables in its environment; what it prints
// goes to out.
func startHook(command []string, variables map[string]string, out io.Writer) (*hook, error) {
	h := &hook{cmd: exec.Command(command[0], command[1:]...), done: make(chan error, 1)}
	h.cmd.Env = os.Environ()
	for name, value := range variables {
		h.cmd.Env = append(h.cmd.Env, name+"="+value)
	}
	h.cmd.Stdout, h.cmd.Stderr = out, out
	h.cmd.WaitDelay = time.Second // for pipes that children of it hold
	ownGroup(h.cmd)
	if err := h.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { h.done <- h.cmd.Wait() }()
	return h, nil
}

// finish waits for it, and kills it, with what it has started, when its time is
// over or hurry is done. The error says how it failed.
func (h *hook) finish(hurry context.Context, grace time.Duration) error {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case err := <-h.done:
		return err
	case <-hurry.Done():
	case <-timer.C:
	}
	killGroup(h.cmd)
	<-h.done
	return errors.New("killed, since it had not ended")
}

// variables are what a hook is told in its environment.
func (r *run) variables(reason string) map[string]string {
	h := r.history
	v := map[string]string{
		"MEMLINT_REASON":     reason,
		"MEMLINT_URL":        r.server.String(),
		"MEMLINT_HEAP":       strconv.FormatFloat(h.heap.last.Value, 'f', 0, 64),
		"MEMLINT_GOROUTINES": strconv.FormatFloat(h.goroutines.last.Value, 'f', 0, 64),
	}
	if t := h.heap.trend(unitBytes); t != nil {
		v["MEMLINT_GROWTH"] = strconv.FormatFloat(t.PerHour, 'f', 0, 64)
	}
	return v
}
