package giveup

import (
	"crypto/tls"
	"database/sql"
	"net"
	"os"

	"example.com/closing/internal/link"
)

// A Session ends with its peer, which never fails.
type Session struct{ peer *link.Peer }

func (s *Session) Close() error { return s.peer.EndWith("bye") }

// A Talk says something to its peer in the end.
type Talk struct{ peer *link.Peer }

func (t *Talk) Close() error { return t.peer.Say("bye") }

// Firm is fine: the session does not fail.
type Firm struct {
	s *Session
	f *os.File
}

func (f *Firm) Close() error {
	if err := f.s.Close(); err != nil {
		return err
	}
	return f.f.Close()
}

// Shaky leaves the file open where the peer has gone.
type Shaky struct {
	t *Talk
	f *os.File
}

func (s *Shaky) Close() error {
	if err := s.t.Close(); err != nil {
		return err // want `Close gives up at the first error and leaves f behind`
	}
	return s.f.Close()
}

// A Tunnel writes what it still has, and then has to close the connection below.
type Tunnel struct {
	t    *Talk
	over *tls.Conn
}

func NewTunnel(peer *link.Peer, conn net.Conn) *Tunnel {
	return &Tunnel{&Talk{peer}, tls.Client(conn, nil)}
}

func (t *Tunnel) Close() error {
	if err := t.t.Close(); err != nil {
		return err // want `Close gives up at the first error and leaves over behind`
	}
	return t.over.Close()
}

// A Reserved has a connection of its own, which it gives back to the pool first: that does not fail.
type Reserved struct {
	conn *sql.Conn
	db   *sql.DB
}

func (r *Reserved) Close() error {
	if err := r.conn.Close(); err != nil {
		return err
	}
	return r.db.Close()
}

// A Prepared closes a statement first, of which the server may have to be told.
type Prepared struct {
	stmt *sql.Stmt
	db   *sql.DB
}

func (p *Prepared) Close() error {
	if err := p.stmt.Close(); err != nil {
		return err // want `Close gives up at the first error and leaves db behind`
	}
	return p.db.Close()
}
