package sends

import "context"

// There are too many orders in which all of these may happen. Each of them says to the function
// alone what it has to say.
func Many(ctx context.Context, a, b, c, d, e, f func() (int, error)) (sum int, err error) {
	as, bs, cs, ds, es, fs := make(chan int), make(chan int), make(chan int), make(chan int), make(chan int), make(chan int)
	errc, quit := make(chan error, 6), make(chan struct{})
	defer close(quit)
	run := func(f func() (int, error), to chan<- int) {
		for {
			n, err := f()
			if err != nil {
				errc <- err
				return
			}
			if n < 0 {
				continue
			}
			select {
			case to <- n:
			case <-ctx.Done():
				return
			case <-quit:
				return
			}
		}
	}
	go run(a, as)
	go run(b, bs)
	go run(c, cs)
	go run(d, ds)
	go run(e, es)
	go func() { // want `goroutine may wait for ever to send on fs \(goroutineleak/blocked-send\)`
		n, _ := f()
		fs <- n
		fs <- -n
	}()
	for {
		select {
		case n := <-as:
			sum += n
		case n := <-bs:
			sum -= n
		case n := <-cs:
			sum *= n
		case n := <-ds:
			sum /= n
		case n := <-es:
			sum += 2 * n
		case n := <-fs:
			return sum + n, nil
		case err := <-errc:
			return 0, err
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}
