// Package gathered has functions that put what they acquire into a list.
package gathered

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
)

// Parts leaks the parts before the one that is not there.
func Parts(n int) ([]io.ReadCloser, error) {
	var parts []io.ReadCloser
	for i := range n {
		f, err := os.Open(fmt.Sprint("part", i)) // want `file is not closed on every path; held by the operating system \(closeleak/error-path\)`
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		parts = append(parts, f)
	}
	return parts, nil
}

// A Cluster has a connection to each of its nodes.
type Cluster struct{ nodes map[string]net.Conn }

func (c *Cluster) Close() {
	for _, n := range c.nodes {
		n.Close()
	}
}

// Join leaks the nodes before the one that cannot be reached.
func Join(addrs []string) (*Cluster, error) {
	c := &Cluster{nodes: make(map[string]net.Conn)}
	for _, addr := range addrs {
		n, err := net.Dial("tcp", addr) // want `connection is not closed on every path; held by the operating system \(closeleak/error-path\)`
		if err != nil {
			return nil, err
		}
		c.nodes[addr] = n
	}
	return c, nil
}

// Rejoin is fine: what there is is closed.
func Rejoin(addrs []string) (*Cluster, error) {
	c := &Cluster{nodes: make(map[string]net.Conn)}
	for _, addr := range addrs {
		n, err := net.Dial("tcp", addr)
		if err != nil {
			c.Close()
			return nil, err
		}
		c.nodes[addr] = n
	}
	return c, nil
}

// Several is fine: the caller gets what there is with the error.
func Several(names []string) (files []*os.File, err error) {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return files, err
		}
		files = append(files, f)
	}
	return files, nil
}

// Guarded is fine: a deferred literal closes them where something fails.
func Guarded(names []string) (files []*os.File, err error) {
	defer func() {
		if err != nil {
			for _, f := range files {
				f.Close()
			}
		}
	}()
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// Any is fine: it fails only where nothing is there.
func Any(names []string) ([]*os.File, error) {
	var files []*os.File
	var failed error
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		files = append(files, f)
	}
	if len(files) == 0 && failed != nil {
		return nil, failed
	}
	if len(files) == 0 {
		return nil, errors.New("no files")
	}
	return files, nil
}

// One is fine: there is nothing in the list where it fails.
func One(name string) ([]*os.File, error) {
	f, err := os.Open(name)
	var files []*os.File
	if err == nil {
		files = append(files, f)
	}
	if err != nil {
		return nil, err
	}
	return files, nil
}

// All is fine: what is not taken is closed by a function that gets the list.
func All(names []string) ([]*os.File, error) {
	var files []*os.File
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return nil, errors.Join(err, closeAll(files))
		}
		files = append(files, f)
	}
	return files, nil
}

func closeAll(files []*os.File) error {
	var errs []error
	for _, f := range files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}
