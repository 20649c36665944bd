// Command fixed is the chat server of example.com/leaky without its leaks.
//
// Users read a room as a stream of server-sent events, post messages to it,
// and upload files.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"os/signal"
	"time"

	"example.com/fixed/internal/server"
	"github.com/memlint/memlint/monitor"
)

var (
	addr     = flag.String("addr", "localhost:8080", "address to listen on; port 0 is one that is free")
	dir      = flag.String("dir", ".", "folder for uploaded files")
	debug    = flag.String("debug", "", "address for profiles over HTTP, such as localhost:6060; none if empty")
	profiles = flag.String("profiles", "", "folder that gets profiles; none if empty")
	every    = flag.Duration("every", time.Minute, "time between two profiles in the folder")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// run serves until somebody interrupts it.
func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *profiles != "" {
		m, err := monitor.Start(monitor.Options{Dir: *profiles, Every: *every, OnHigh: func(s monitor.Sample) {
			log.Printf("memory gets scarce: %d bytes in use, the limit is %d", s.Live, s.Limit)
		}})
		if err != nil {
			return err
		}
		defer m.Close()
	}
	chat, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	where := "chat on http://" + chat.Addr().String()
	if *debug != "" {
		l, err := net.Listen("tcp", *debug)
		if err != nil {
			return err
		}
		d := &http.Server{Handler: debugMux()}
		go func() {
			if err := d.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				log.Print(err)
			}
		}()
		defer d.Close()
		where += ", profiles on http://" + l.Addr().String() + "/debug/pprof/"
	}
	fmt.Println(where)

	srv := &http.Server{Handler: server.New(*dir)}
	done := make(chan error)
	go func() {
		<-ctx.Done()
		done <- srv.Shutdown(context.Background())
	}()
	if err := srv.Serve(chat); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}

// debugMux serves profiles on an address of its own, which is for nobody but those who
// run the server.
func debugMux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
