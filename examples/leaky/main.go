// Command leaky is a small chat server that leaks memory in twelve places.
//
// Users read a room as a stream of server-sent events, post messages to it,
// and upload files. A comment "Leak: ..." stands above each leak and says why
// it is one. The module example.com/fixed is the same server without them.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"

	"example.com/leaky/internal/server"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "address to listen on")
	dir := flag.String("dir", ".", "folder for uploaded files")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	srv := &http.Server{Addr: *addr, Handler: server.New(*dir)}
	done := make(chan error)
	go func() {
		<-ctx.Done()
		done <- srv.Shutdown(context.Background())
	}()
	if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	if err := <-done; err != nil {
		log.Fatal(err)
	}
}
