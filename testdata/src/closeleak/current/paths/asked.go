package paths

import (
	"errors"
	"net"
)

// goesOn says whether to accept more.
func goesOn(err error) bool {
	if err == nil {
		return true
	}
	return !errors.Is(err, net.ErrClosed)
}

// mostly does not say that nothing has failed.
func mostly(err error) bool { return !errors.Is(err, net.ErrClosed) && pause(err) }

func pause(err error) bool { return err == nil || err.Error() != "" }

// Fine: it goes on where nothing has failed.
func accept(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if !goesOn(err) {
			return
		}
		if err != nil {
			continue
		}
		go func() {
			defer conn.Close()
			conn.Write([]byte("hello"))
		}()
	}
}

func acceptSome(ln net.Listener) {
	for {
		conn, err := ln.Accept() // want `connection is not closed on every path`
		if !mostly(err) {
			return
		}
		if err != nil {
			continue
		}
		go func() {
			defer conn.Close()
			conn.Write([]byte("hello"))
		}()
	}
}
