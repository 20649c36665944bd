// Package answer helps with answers of servers.
package answer

import (
	"errors"
	"io"
	"log"
	"net/http"
)

// Close closes what it gets.
func Close(c io.Closer) {
	if err := c.Close(); err != nil {
		log.Print(err)
	}
}

// CloseFailed closes a body where something has failed.
func CloseFailed(body io.Closer, err error) {
	if err != nil {
		body.Close()
	}
}

// Get returns the head of an answer, and its body if that is asked for.
func Get(url string, whole bool) (string, io.ReadCloser, error) {
	resp, err := http.Get(url)
	if err != nil {
		return "", nil, err
	}
	if resp.StatusCode != http.StatusOK {
		Close(resp.Body)
		return "", nil, errors.New(resp.Status)
	}
	if !whole {
		Close(resp.Body)
		return resp.Status, nil, nil
	}
	return resp.Status, resp.Body, nil
}
