// Package bodies asks servers.
package bodies

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

func status(url string) (int, error) {
	resp, err := http.Get(url) // want `response body is never closed; held by the connection to the server \(closeleak/never-released\)`
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func decode(c *http.Client, req *http.Request, v any) error {
	resp, err := c.Do(req) // want `response body is not closed on every path; held by the connection to the server \(closeleak/error-path\)`
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	defer resp.Body.Close()
	return json.NewDecoder(resp.Body).Decode(v)
}

func again(c *http.Client, url string) error {
	for range 3 {
		resp, err := c.Get(url) // want `response body is not closed on every path`
		if err != nil {
			return err
		}
		if resp.StatusCode >= 500 {
			continue
		}
		return resp.Body.Close()
	}
	return nil
}

// The answer to HEAD has no body.
func exists(ctx context.Context, c *http.Client, url string) (bool, error) {
	req, err := http.NewRequest(http.MethodHead, url, nil)
	if err != nil {
		return false, err
	}
	resp, err := send(c, req.WithContext(ctx))
	return err == nil && resp.StatusCode == http.StatusOK, err
}

func send(c *http.Client, req *http.Request) (*http.Response, error) {
	req.Header.Set("Accept", "text/plain")
	return c.Do(req)
}

func asked(c *http.Client, method, url string) (bool, error) {
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		return false, err
	}
	resp, err := send(c, req) // want `response body is never closed`
	return err == nil && resp.StatusCode == http.StatusOK, err
}

// A helper closes.
func drained(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer drain(resp)
	return nil
}

func drain(resp *http.Response) {
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}

// A literal closes.
func logged(url string, log func(error)) ([]byte, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := resp.Body.Close(); err != nil {
			log(err)
		}
	}()
	return io.ReadAll(resp.Body)
}

// The caller has it.
func open(url string) (io.ReadCloser, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// What open returns owes.
func length(url string) (int64, error) {
	body, err := open(url) // want `response body is never closed`
	if err != nil {
		return 0, err
	}
	return io.Copy(io.Discard, body)
}

// The body of the last answer is closed before the next request.
func retried(c *http.Client, req *http.Request) (*http.Response, error) {
	var resp *http.Response
	for n := 0; ; n++ {
		if resp != nil && resp.Body != nil {
			resp.Body.Close()
			resp = nil
		}
		var err error
		if resp, err = c.Do(req); err != nil {
			return nil, err
		}
		if resp.StatusCode < 500 || n == 3 {
			return resp, nil
		}
	}
}
