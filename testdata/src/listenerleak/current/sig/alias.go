package sig

import (
	"os"
	sys "os/signal"
	"syscall"
)

// Leaks: the fix says sys.Stop.
func WaitForHangup() {
	ch := make(chan os.Signal, 1)
	if true {
		sys.Notify(ch, syscall.SIGHUP) // want `listenerleak/signal-not-stopped`
	}
	<-ch
}
