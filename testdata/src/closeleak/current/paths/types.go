package paths

import (
	"errors"
	"net"
)

// Fine: who acquires a value knows what it is.
func port() (*net.UDPConn, int, error) {
	c, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, 0, err
	}
	addr, ok := c.LocalAddr().(*net.UDPAddr)
	if !ok {
		return nil, 0, errors.New("no address of UDP")
	}
	return c, addr.Port, nil
}

// What something else is, is not known.
func portOf(other net.Addr) (*net.UDPConn, int, error) {
	c, err := net.ListenUDP("udp", nil) // want `not closed on every path`
	if err != nil {
		return nil, 0, err
	}
	addr, ok := other.(*net.UDPAddr)
	if !ok {
		return nil, 0, errors.New("no address of UDP")
	}
	return c, addr.Port, nil
}
