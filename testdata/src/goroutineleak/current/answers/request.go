package answers

import "context"

// A ration is asked for with a channel for the answer.
type ration struct {
	n    int
	back chan int
}

// A kitchen leaks: who asks may leave with its context, and the answer has no room.
type kitchen struct{ asked chan ration }

func newKitchen() *kitchen {
	k := &kitchen{asked: make(chan ration)}
	go k.cook() // want `goroutine may wait for ever to send its answer: the one who receives does not wait for that \(goroutineleak/blocked-send\)`
	return k
}

func (k *kitchen) cook() {
	for r := range k.asked {
		r.back <- 2 * r.n
	}
}

func (k *kitchen) ask(ctx context.Context, n int) (int, error) {
	r := ration{n: n, back: make(chan int)}
	select {
	case k.asked <- r:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	select {
	case got := <-r.back:
		return got, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// A canteen is fine: who has asked waits for the answer, however long that takes.
type canteen struct{ asked chan *portion }

type portion struct {
	n    int
	back chan int
}

func newCanteen() *canteen {
	c := &canteen{asked: make(chan *portion)}
	go c.cook()
	return c
}

func (c *canteen) cook() {
	for r := range c.asked {
		r.back <- 2 * r.n
	}
}

func (c *canteen) ask(n int) int {
	r := &portion{n: n, back: make(chan int)}
	c.asked <- r
	return <-r.back
}

func (k *kitchen) Close() { close(k.asked) }
func (c *canteen) Close() { close(c.asked) }

var _, _, _, _ = newKitchen, (*kitchen).ask, newCanteen, (*canteen).ask
