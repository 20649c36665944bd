package percall

import (
	"crypto/tls"
	"net/http"
)

// A Shop asks for prices.
type Shop struct {
	config *tls.Config
	kept   *http.Client
}

func (s *Shop) client() *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: s.config}} // want `HTTP transport is made per call and keeps idle connections`
}

// ServeHTTP makes a client for each request.
func (s *Shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	resp, err := s.client().Get("http://prices")
	if err != nil {
		return
	}
	resp.Body.Close()
}

func newClient(config *tls.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
}

// Open is fine: the shop keeps the client.
func Open(config *tls.Config) (*Shop, error) {
	c := newClient(config)
	resp, err := c.Get("http://prices")
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	return &Shop{config, c}, nil
}
