// Package client reads what servers answer.
package client

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
)

func Get(url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body) // want `response body is read whole with no limit such as io.LimitReader \(readall/unbounded-read\)`
}

func Decode(c *http.Client, req *http.Request, v any) error {
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(v) // want `response body is read whole`
}

// Some is fine.
func Some(url string) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(&io.LimitedReader{R: resp.Body, N: 1 << 20})
}

// Local is fine: nobody else decides how long that is.
func Local(name string) (n int, err error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	text, _ := io.ReadAll(strings.NewReader(name))
	return len(data) + len(text), err
}
