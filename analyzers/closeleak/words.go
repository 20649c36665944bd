package closeleak

import "github.com/memlint/memlint/internal/engine/duty"

// noun is what the value is called in a message.
func (a *acquisition) noun() string {
	if a.Ends == nil {
		switch a.Behind {
		case duty.Context:
			return "cancel function"
		case "iterator":
			return "stop function of the iterator"
		}
		return "function that gives back a " + a.Thing()
	}
	if a.Behind == duty.Registration {
		return "value that is registered"
	}
	return a.Behind
}

// is is the verb that goes with the noun.
func (a *acquisition) is() string {
	if a.Behind == duty.Rows {
		return " are "
	}
	return " is "
}

// released is the participle of what gives the value back.
func (a *acquisition) released() string {
	if a.Ends == nil {
		return "called"
	}
	switch a.Ends[0] {
	case "Close", "close":
		return "closed"
	case "Stop", "stop":
		return "stopped"
	case "Wait":
		return "waited for"
	case "Delete":
		return "deleted"
	case "Rollback":
		return "rolled back or committed"
	}
	return "released by " + a.Ends[0]
}

// heldBy says what keeps the value.
func (a *acquisition) heldBy() []string {
	switch a.Thing() {
	case duty.Descriptor, "file", "connection", "listener", "pipe", "directory", duty.Process:
		return []string{"the operating system"}
	case duty.Goroutine, "iterator":
		return []string{"its goroutine"}
	case duty.Context:
		if a.Timed {
			return []string{"its timer"}
		}
		return []string{"its parent context"}
	case duty.ResponseBody:
		return []string{"the connection to the server"}
	case duty.Rows, "transaction", "statement":
		return []string{"the connection to the database"}
	case duty.Registration:
		return []string{"a package variable"}
	case duty.Handle:
		return []string{"the table of handles"}
	}
	return nil
}
