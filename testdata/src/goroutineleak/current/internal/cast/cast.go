// Package cast hands on what comes.
package cast

// All takes all that comes through the channel which open returns.
func All(open func() (chan int, error), use func(int)) error {
	in, err := open()
	if err != nil {
		return err
	}
	go func() {
		for n := range in {
			use(n)
		}
	}()
	return nil
}
