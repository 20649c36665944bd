package taken

import (
	"fmt"
	"io"
	"net/http"
)

// checked leaks for all who call it: they drop what they get with an error.
func checked(resp *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return resp, err
	}
	if resp.StatusCode != http.StatusOK {
		return resp, fmt.Errorf("status %d", resp.StatusCode) // want `response body that is returned with an error is not closed, and callers drop it \(closeleak/error-path\)`
	}
	return resp, nil
}

func first(url string) ([]byte, error) {
	resp, err := checked(http.Get(url))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func second(url string) ([]byte, error) {
	resp, err := checked(http.Get(url))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

// closed is fine: it closes what nobody wants.
func closed(resp *http.Response, err error) (*http.Response, error) {
	if err != nil {
		return resp, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	return resp, nil
}

func third(url string) ([]byte, error) {
	resp, err := closed(http.Get(url))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

var _, _, _ = first, second, third
