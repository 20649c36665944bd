package taken

import (
	"bufio"
	"net"
	"time"
)

type lines struct {
	n    int
	all  []string
	more chan bool
}

var queued = &lines{more: make(chan bool)}

func (l *lines) put(s string) {
	l.all = append(l.all, s) // fine: run takes them off
	l.n++
}

func (l *lines) take() {
	for l.n > 0 {
		l.all = l.all[1:]
		l.n--
	}
}

func (l *lines) run(every time.Duration) {
	for range time.Tick(every) {
		l.take()
	}
}

func init() { go queued.run(time.Second) }

func Serve(conn net.Conn) {
	for s := bufio.NewScanner(conn); s.Scan(); {
		queued.put(s.Text())
	}
}
