// Package requests gives back what belongs to a request.
package requests

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"sync"
)

type exchange struct {
	w   http.ResponseWriter
	req *http.Request
	ctx context.Context
}

var exchanges = sync.Pool{New: func() any { return new(exchange) }}

func Serve(w http.ResponseWriter, req *http.Request) {
	x := exchanges.Get().(*exchange)
	defer exchanges.Put(x) // want `object goes back to the pool with a response in w; held by exchanges \(poolleak/keeps-request\)`
	x.w, x.req = w, req
	x.answer()
}

func (x *exchange) answer() { x.w.Write([]byte(x.req.URL.Path)) }

// Forget is fine: a method empties it.
func Forget(w http.ResponseWriter, req *http.Request) {
	x := exchanges.Get().(*exchange)
	x.w, x.req = w, req
	defer x.release()
	x.answer()
}

func (x *exchange) release() {
	*x = exchange{}
	exchanges.Put(x)
}

func With(ctx context.Context, f func(*exchange)) {
	x := exchanges.Get().(*exchange)
	x.ctx = ctx
	f(x)
	x.w, x.req = nil, nil
	exchanges.Put(x) // want `object goes back to the pool with a context in ctx; held by exchanges \(poolleak/keeps-request\)`
}

// Background is fine: that context keeps nothing.
func Background(ctx context.Context, f func(*exchange)) {
	x := exchanges.Get().(*exchange)
	x.ctx = ctx
	f(x)
	x.ctx = context.Background()
	exchanges.Put(x)
}

var writers = sync.Pool{New: func() any { return bufio.NewWriter(nil) }}

func Greet(c net.Conn) error {
	bw := writers.Get().(*bufio.Writer)
	defer writers.Put(bw) // want `reader or writer goes back to the pool with a connection; held by writers \(poolleak/keeps-request\)`
	bw.Reset(c)
	bw.WriteString("hello\n")
	return bw.Flush()
}

// Part is fine: the writer forgets the connection.
func Part(c net.Conn) error {
	bw := writers.Get().(*bufio.Writer)
	defer func() {
		bw.Reset(nil)
		writers.Put(bw)
	}()
	bw.Reset(c)
	bw.WriteString("goodbye\n")
	return bw.Flush()
}
