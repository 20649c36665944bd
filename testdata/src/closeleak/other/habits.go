package other

import "example.com/lib"

// Two functions close what they get.
func first(addr string) (string, error) {
	c := lib.Open(addr)
	defer c.Close()
	return c.Ask("name")
}

func second(addr string) (string, error) {
	c := lib.Open(addr)
	defer c.Close()
	return c.Ask("version")
}

// Fine: why they do so is a matter of the other module.
func third(addr string) (string, error) {
	c := lib.Open(addr)
	return c.Ask("time")
}
