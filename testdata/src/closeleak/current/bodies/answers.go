package bodies

import (
	"errors"
	"io"
	"net/http"

	"example.com/closing/internal/answer"
)

// read returns an answer whose body is closed.
func read(url string, b []byte) (*http.Response, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	defer answer.Close(resp.Body)
	_, err = io.ReadFull(resp.Body, b)
	return resp, err
}

// Fine: there is nothing to close.
func first(url string) (b [1]byte, err error) {
	_, err = read(url, b[:])
	return b, err
}

// ask returns an answer whose body is open where nothing fails.
func ask(url string, b []byte) (resp *http.Response, err error) {
	if resp, err = http.Get(url); err != nil {
		return nil, err
	}
	_, err = io.ReadFull(resp.Body, b)
	answer.CloseFailed(resp.Body, err)
	return resp, err
}

func second(url string) (b [2]byte, err error) {
	_, err = ask(url, b[:]) // want `response body is never closed`
	return b, err
}

// Fine: it asks for no body.
func head(url string) (string, error) {
	text, _, err := answer.Get(url, false)
	if err != nil {
		return "", err
	}
	return text, nil
}

func headRequest(url string) (*http.Request, error) {
	req, err := http.NewRequest("HEAD", url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/plain")
	return req, nil
}

// Fine: HEAD gets no body.
func size(url string) (int64, error) {
	req, err := headRequest(url)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.ContentLength, nil
}

func request(url string) (*http.Request, error) { return http.NewRequest("GET", url, nil) }

// Fine, too.
func kind(url string) (string, error) {
	req, err := request(url)
	if err != nil {
		return "", err
	}
	req.Method = "HEAD"
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	return resp.Header.Get("Content-Type"), nil
}

func age(url string) (string, error) {
	req, err := request(url)
	if err != nil {
		return "", err
	}
	resp, err := http.DefaultClient.Do(req) // want `response body is never closed`
	if err != nil {
		return "", err
	}
	return resp.Header.Get("Age"), nil
}

// fetch returns an answer, whose body it has read and closed if that is asked for.
func fetch(url string, whole bool) ([]byte, *http.Response, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, nil, err
	}
	if whole {
		defer resp.Body.Close()
	}
	var text []byte
	if whole {
		text, err = io.ReadAll(resp.Body)
	}
	return text, resp, err
}

// Fine: it has asked for all of it.
func text(url string) (string, error) {
	b, _, err := fetch(url, true)
	return string(b), err
}

// good returns an answer whose body is closed only where it is none.
func good(url string) (*http.Response, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		err = errors.New(resp.Status)
	}
	return resp, err
}

func tag(url string) (string, error) {
	resp, err := good(url) // want `response body is never closed`
	if err != nil {
		return "", err
	}
	return resp.Header.Get("ETag"), nil
}

// twice returns an answer, another one where the first was too early.
func twice(url string, closing func(error)) (resp *http.Response, err error) {
	defer func() { closing(err) }()
	if resp, err = http.Get(url); err != nil {
		return nil, err
	}
	if resp.StatusCode == http.StatusTooEarly {
		resp.Body.Close()
		if resp, err = http.Get(url + "?late"); err != nil {
			return nil, err
		}
	}
	return resp, nil
}

func late(url string) (string, error) {
	resp, err := twice(url, func(error) {}) // want `response body is never closed`
	if err != nil {
		return "", err
	}
	return resp.Header.Get("Date"), nil
}
