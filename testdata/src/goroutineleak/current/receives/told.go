package receives

import (
	"net"

	"example.com/goroutines/internal/options"
)

// A Manager is fine: its streams have the channel by their options.
type Manager struct {
	stream options.Stream
	fin    chan bool
	lost   chan bool
	done   chan bool
}

func NewManager() *Manager {
	m := &Manager{fin: make(chan bool, 1), lost: make(chan bool, 1), done: make(chan bool)}
	options.SetFin(&m.stream, m.fin)
	go m.wait()
	go m.listen() // want `goroutine may wait for ever to receive from m.lost`
	return m
}

func (m *Manager) wait() { <-m.fin }

func (m *Manager) listen() { <-m.lost }

func (m *Manager) Stream() options.Stream { return m.stream }

func (m *Manager) Close() { close(m.done) }

// Dial is fine: the others are as many as have not answered yet.
func Dial(addrs []string) (conn net.Conn, err error) {
	conns, errs := make(chan net.Conn, len(addrs)), make(chan error, len(addrs))
	for _, addr := range addrs {
		go func() {
			if c, err := net.Dial("tcp", addr); err == nil {
				conns <- c
			} else {
				errs <- err
			}
		}()
	}
	for i := range addrs {
		select {
		case conn = <-conns:
			go func(n int) {
				for i := 0; i < n; i++ {
					select {
					case c := <-conns:
						c.Close()
					case <-errs:
					}
				}
			}(len(addrs) - i - 1)
			return conn, nil
		case err = <-errs:
		}
	}
	return nil, err
}
