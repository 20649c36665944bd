// Package nothing gets things, and on some ways none.
package nothing

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"os"
	"syscall"
)

// Fine: the number is the error.
func open(path string) (*os.File, syscall.Errno) {
	f, errno := opened(path)
	if errno != 0 {
		return nil, errno
	}
	return f, 0
}

func opened(path string) (*os.File, syscall.Errno) {
	f, err := os.Open(path)
	return f, number(err)
}

// Fine: no error makes no number.
func numbered(path string) (*os.File, syscall.Errno) {
	f, err := os.Open(path)
	if errno := number(err); errno != 0 {
		return nil, errno
	}
	return f, 0
}

func number(err error) syscall.Errno {
	if err == nil {
		return 0
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return syscall.EINVAL
}

// The number is that of something else.
func other(path string) (*os.File, syscall.Errno) {
	f, err := os.Open(path) // want `file is not closed on every path`
	if err != nil {
		return nil, number(err)
	}
	if errno := number(os.Remove(path)); errno != 0 {
		return nil, errno
	}
	return f, 0
}

// A find is a file, if there is one.
func find(path string) (io.ReadCloser, bool, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	return f, true, nil
}

// Fine: there is none.
func found(path string) ([]byte, error) {
	f, ok, err := find(path)
	if !ok || err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// There is one, and it is not closed where it is long.
func short(path string) ([]byte, error) {
	f, ok, err := find(path) // want `file is not closed on every path`
	if !ok || err != nil {
		return nil, err
	}
	b := make([]byte, 100)
	n, err := f.Read(b)
	if n == len(b) {
		return nil, errors.New("too long")
	}
	f.Close()
	return b[:n], err
}

// A compressed file is one, too.
func pack(path string) (io.ReadCloser, bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	b := make([]byte, 2)
	f.Read(b)
	return f, b[0] == 0x1f && b[1] == 0x8b, nil
}

func plain(path string) (io.ReadCloser, error) {
	f, compressed, err := pack(path) // want `file is not closed on every path`
	if err != nil {
		return nil, err
	}
	if compressed {
		return nil, errors.New("compressed")
	}
	return f, nil
}

type get struct{ method, url string }

func (g *get) do(ctx context.Context, c *http.Client) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, g.method, g.url, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(req)
}

func (g *get) ticket(key string) *get {
	copied := *g
	copied.url += "?key=" + key
	return &copied
}

func request(ctx context.Context, c *http.Client, method, url string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(req)
}

// Fine: the answer to HEAD has no body, whoever makes the request.
func size(ctx context.Context, c *http.Client, url string) (int64, error) {
	resp, err := request(ctx, c, "HEAD", url)
	if err != nil {
		return 0, err
	}
	if resp.ContentLength < 0 {
		g := &get{"HEAD", url}
		if resp, err = g.ticket("x").do(ctx, c); err != nil {
			return 0, err
		}
	}
	return resp.ContentLength, nil
}

// The answer to GET has one.
func length(ctx context.Context, c *http.Client, url string) (int64, error) {
	resp, err := request(ctx, c, "GET", url) // want `response body is never closed`
	if err != nil {
		return 0, err
	}
	g := &get{"GET", url}
	more, err := g.ticket("x").do(ctx, c) // want `response body is never closed`
	if err != nil {
		return 0, err
	}
	return resp.ContentLength + more.ContentLength, nil
}

// Fine: the rows end with the transaction, which its caller ends.
func names(ctx context.Context, tx *sql.Tx) ([]string, error) {
	rows, err := tx.QueryContext(ctx, "SELECT name FROM t")
	if err != nil {
		return nil, err
	}
	return scan(rows)
}

// Nobody ends the rows of a database.
func all(ctx context.Context, db *sql.DB) ([]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT name FROM t") // want `rows are never closed`
	if err != nil {
		return nil, err
	}
	return scan(rows)
}

func scan(rows *sql.Rows) ([]string, error) {
	var list []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}
