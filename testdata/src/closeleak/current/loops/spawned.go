package loops

import (
	"net"
	"sync"
)

// Fine: the goroutines talk for as long as the function runs.
func talk(addrs <-chan string, say func(net.Conn)) error {
	var wg sync.WaitGroup
	for addr := range addrs {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		wg.Add(1)
		go func() {
			defer wg.Done()
			say(conn)
		}()
	}
	wg.Wait()
	return nil
}

// Each is done with before the next, and all stay open.
func visit(addrs <-chan string, say func(net.Conn)) error {
	for addr := range addrs {
		conn, err := net.Dial("tcp", addr) // want `connection of every iteration stays until the function returns`
		if err != nil {
			return err
		}
		defer conn.Close()
		say(conn)
	}
	return nil
}

var _, _ = talk, visit

// serve is fine: who handles a connection closes it.
func serve(l net.Listener, hello []byte) {
	handle := func(conn net.Conn) error {
		defer func() { _ = conn.Close() }()
		_, err := conn.Write(hello)
		return err
	}
	greet := func(conn net.Conn) error {
		_, err := conn.Write(hello)
		return err
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if err := handle(conn); err != nil {
				return
			}
		}
	})
	all.Go(func() {
		conn, err := l.Accept() // want `connection is never closed`
		if err != nil {
			return
		}
		_ = greet(conn)
	})
	all.Go(func() {
		first, err := l.Accept() // want `connection is not closed on every path`
		if err != nil {
			return
		}
		second, err := l.Accept()
		if err != nil {
			first.Close()
			return
		}
		_ = handle(second)
	})
	all.Wait()
}

var _ = serve
