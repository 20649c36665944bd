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
