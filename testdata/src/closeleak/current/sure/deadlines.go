package sure

import (
	"errors"
	"net"
	"time"
)

// Fine: a deadline cannot be set only where the connection is closed already.
func dialFor(addr string, d time.Duration) (net.Conn, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	if err := conn.SetDeadline(time.Now().Add(d)); err != nil {
		return nil, err
	}
	return conn, nil
}

func dialUntil(addr string, t time.Time) (net.Conn, error) {
	conn, err := net.Dial("tcp", addr) // want `connection is not closed on every path`
	if err != nil {
		return nil, err
	}
	if t.Before(time.Now()) {
		return nil, errors.New("too late")
	}
	return conn, conn.SetDeadline(t)
}
