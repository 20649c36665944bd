// Package percall makes what should be made once.
package percall

import (
	"database/sql"
	"net/http"
	"os/exec"
)

func Get(req *http.Request) (int, error) {
	c := &http.Client{Transport: &http.Transport{}} // want `HTTP transport is made per call and keeps idle connections; held by their goroutines \(closeleak/per-call\)`
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// Once is fine: no connection is idle when it returns.
func Once(req *http.Request) (int, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	defer t.CloseIdleConnections()
	c := http.Client{Transport: t}
	resp, err := c.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// Single is fine: it keeps no connection.
func Single(req *http.Request) (*http.Response, error) {
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return c.Do(req)
}

// New is fine: the client lives as long as its owner.
func New() *http.Client { return &http.Client{Transport: &http.Transport{MaxIdleConns: 4}} }

func name(w http.ResponseWriter, r *http.Request) {
	db, err := sql.Open("mysql", "/users") // want `connection pool is never closed \(closeleak/per-call\)`
	if err != nil {
		return
	}
	var s string
	if db.QueryRow("select name from u").Scan(&s) == nil {
		w.Write([]byte(s))
	}
}

// Notify leaves a process behind that nobody waits for.
func Notify(text string) error {
	cmd := exec.Command("notify-send", text)
	return cmd.Start() // want `process is never waited for; held by the operating system \(closeleak/per-call\)`
}

// Inform is fine: a goroutine waits.
func Inform(text string) error {
	cmd := exec.Command("notify-send", text)
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait()
	return nil
}
