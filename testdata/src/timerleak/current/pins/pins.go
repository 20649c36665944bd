// Package pins has timers whose functions keep values until they fire.
package pins

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"time"
)

// A Conn is something that somebody closes.
type Conn struct {
	mu   sync.Mutex
	buf  []byte
	seen map[string]time.Time
}

func (c *Conn) Close() error { return nil }
func (c *Conn) Note(s string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[s] = time.Now()
}

// Leaks: a closed connection stays for the hour.
func Remind(c *Conn, name string) {
	time.AfterFunc(time.Hour, func() { c.Note(name) }) // want `dropped timer keeps c until it fires.*timerleak/afterfunc-pins`
}

// Fine: nobody knows how long the caller's timeout is.
func RemindIn(d time.Duration, c *Conn) {
	_ = time.AfterFunc(d, func() {
		c.Note("late")
	})
}

// Leaks: the connection is made here, and again in every iteration.
func Dial(addrs <-chan string) {
	for addr := range addrs {
		nc, err := net.Dial("tcp", addr)
		if err != nil {
			continue
		}
		time.AfterFunc(10*time.Minute, func() { fmt.Fprintln(nc, "bye") }) // want `timerleak/afterfunc-pins`
	}
}

// Leaks: who closes it earlier keeps it for the hour.
func CloseLater(c *Conn) {
	time.AfterFunc(time.Hour, func() { c.Close() }) // want `timerleak/afterfunc-pins`
}

// Fine: it is over soon.
func Soon(c *Conn) {
	time.AfterFunc(10*time.Second, func() { c.Note("soon") })
}

// Fine: the handle is kept, and stopped by whoever closes the session.
type session struct {
	c    *Conn
	idle *time.Timer
}

func newSession(c *Conn) *session {
	s := &session{c: c}
	s.idle = time.AfterFunc(time.Hour, func() { c.Note("idle") })
	return s
}

func (s *session) Close() error {
	s.idle.Stop()
	return s.c.Close()
}

func Sessions(cs []*Conn) (out []*session) {
	for _, c := range cs {
		out = append(out, newSession(c))
	}
	return out
}

// Fine: what the function captures is a name, not the connection.
func Forget(c *Conn, m map[string]*Conn, name string) {
	c.Note(name)
	time.AfterFunc(time.Hour, func() { delete(m, name) })
}

// Fine: it is the handle that is returned.
func Lease(c *Conn) *time.Timer {
	return time.AfterFunc(time.Hour, func() { c.Note("lease") })
}

// Fine: removing the file is what the timer is for; the file is closed first.
func Temp() (string, error) {
	f, err := os.CreateTemp("", "x")
	if err != nil {
		return "", err
	}
	name := f.Name()
	time.AfterFunc(time.Hour, func() { os.Remove(name) })
	return name, f.Close()
}

// Fine: main's own connection lives as long as the process.
var std = &Conn{seen: make(map[string]time.Time)}

func init() {
	c := std
	time.AfterFunc(time.Hour, func() { c.Note("an hour") })
}

// Fine: what the object does later is its own matter; nothing says that it
// has to go before.
type Server struct {
	mu    sync.Mutex
	peers int
}

func (s *Server) Shutdown() {}

func (s *Server) check() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.peers == 0 {
		time.AfterFunc(time.Hour, func() { s.check() }) // want `timerleak/afterfunc-pins, latent`
	}
}

func (s *Server) Lock(create func(expired func()), delay time.Duration) {
	create(func() {
		time.AfterFunc(delay, func() { s.check() })
	})
}

// Leaks: a client is gone with its connection, and its buffers stay.
type client struct {
	nc  net.Conn
	out [][]byte
}

func Serve(l net.Listener) {
	for {
		nc, err := l.Accept()
		if err != nil {
			return
		}
		c := &client{nc: nc}
		c.greet()
	}
}

func (c *client) Close() error { return c.nc.Close() }
func (c *client) lag() int     { return len(c.out) }

func (c *client) greet() {
	time.AfterFunc(15*time.Minute, func() { fmt.Println(c.lag()) }) // want `timerleak/afterfunc-pins`
}

// Leaks: a command that ends well stays until the timeout.
func Wait(c *exec.Cmd, timeout time.Duration) error {
	t := time.AfterFunc(timeout, func() { c.Process.Kill() }) // want `timer is not stopped on every path and keeps c; held by the runtime timer heap -> func -> c \(timerleak/afterfunc-pins\)`
	err := c.Wait()
	if err == nil {
		return nil
	}
	if !t.Stop() {
		return os.ErrDeadlineExceeded
	}
	return err
}

// Fine: on the path without Stop the timer fired.
func WaitFor(c *exec.Cmd, done <-chan error, timeout time.Duration) error {
	late := make(chan struct{})
	t := time.AfterFunc(timeout, func() { close(late) })
	select {
	case err := <-done:
		t.Stop()
		return err
	case <-late:
		return os.ErrDeadlineExceeded
	}
}

type cluster struct {
	conn *Conn
	slot []int
}

// Leaks: each call keeps the connection, whoever else does.
func slots(c *Conn) []int {
	time.AfterFunc(time.Hour, func() { c.Note("swept") }) // want `timerleak/afterfunc-pins, latent`
	return make([]int, 8)
}

func (cl *cluster) Reload() { cl.slot = slots(cl.conn) }
