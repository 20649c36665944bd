// Package numbers counts what it starts, also beyond what is followed one by one.
package numbers

import (
	"errors"
	"sync"
)

// work may fail.
func work(i int) (int, error) {
	if i%7 == 3 {
		return 0, errors.New("x")
	}
	return i, nil
}

const workers = 8

func Pool(jobs []int) []int {
	in := make(chan int)
	out := make(chan int, workers)
	var wg sync.WaitGroup
	wg.Add(workers)
	for range workers {
		go func() {
			defer wg.Done()
			for j := range in {
				out <- j
			}
		}()
	}
	go func() {
		for _, j := range jobs {
			in <- j
		}
		close(in)
	}()
	go func() { wg.Wait(); close(out) }()
	var res []int
	for r := range out {
		res = append(res, r)
	}
	return res
}

func Gather() error {
	errs := make(chan error, workers)
	for i := 0; i < workers; i++ {
		go func() { _, err := work(i); errs <- err }()
	}
	for i := 0; i < workers; i++ {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func GatherSix() error {
	errs := make(chan error, 6)
	for _, i := range []int{1, 2, 3, 4, 5, 6} {
		go func() { _, err := work(i); errs <- err }()
	}
	for range 6 {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

func Sem(jobs []int) {
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup
	for _, j := range jobs {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			work(j)
		}()
	}
	wg.Wait()
}

func SemDrain(jobs []int) {
	sem := make(chan struct{}, 4)
	for _, j := range jobs {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			work(j)
		}()
	}
	for i := 0; i < cap(sem); i++ {
		sem <- struct{}{}
	}
}

func Five() {
	var wg sync.WaitGroup
	wg.Add(5)
	f := func() { defer wg.Done(); work(1) }
	go f()
	go f()
	go f()
	go f()
	go f()
	wg.Wait()
}

func Array() {
	var res [6]int
	var wg sync.WaitGroup
	wg.Add(len(res))
	for i := range res {
		go func() {
			defer wg.Done()
			res[i], _ = work(i)
		}()
	}
	wg.Wait()
}

func Mixed() {
	var wg sync.WaitGroup
	wg.Add(4 + 1)
	go func() { defer wg.Done(); work(0) }()
	for i := 0; i < 4; i++ {
		go func() { defer wg.Done(); work(i) }()
	}
	wg.Wait()
}

func Two() {
	var wg sync.WaitGroup
	wg.Add(2 * workers)
	for i := 0; i < workers; i++ {
		go func() { defer wg.Done(); work(i) }()
		go func() { defer wg.Done(); work(i) }()
	}
	wg.Wait()
}

func Pairs(n int) {
	ch := make(chan int)
	var wg sync.WaitGroup
	wg.Add(n)
	for i := 0; i < n; i++ {
		go func() { defer wg.Done(); ch <- i }()
	}
	go func() { wg.Wait(); close(ch) }()
	for range ch {
	}
}

func Backwards() {
	var wg sync.WaitGroup
	wg.Add(8)
	for i := 8; i > 0; i-- {
		go func() { defer wg.Done(); work(i) }()
	}
	wg.Wait()
}

func Token(n int) {
	done := make(chan struct{})
	for i := 0; i < 10; i++ {
		go func() {
			work(i)
			done <- struct{}{}
		}()
	}
	for i := 0; i < 10; i++ {
		<-done
	}
}

func TokenVar(n int) {
	done := make(chan struct{})
	started := 0
	for i := 0; i < n; i++ {
		if i%2 == 0 {
			continue
		}
		started++
		go func() {
			work(i)
			done <- struct{}{}
		}()
	}
	for ; started > 0; started-- {
		<-done
	}
}

func helper(wg *sync.WaitGroup, i int) { defer wg.Done(); work(i) }

func Named() {
	var wg sync.WaitGroup
	wg.Add(10)
	for i := 1; i <= 10; i++ {
		go helper(&wg, i)
	}
	wg.Wait()
}

// GatherFew leaks: an error returns while more have to send than there is room for.
func GatherFew() error {
	errs := make(chan error)
	for i := 0; i < workers; i++ {
		go func() { _, err := work(i); errs <- err }() // want `goroutine may wait for ever to send on errs`
	}
	for i := 0; i < workers; i++ {
		if err := <-errs; err != nil {
			return err
		}
	}
	return nil
}

// NamedFew leaks: who fails does not say that it is done.
func NamedFew() {
	var wg sync.WaitGroup
	wg.Add(workers)
	for i := 0; i < workers; i++ {
		go func() {
			if _, err := work(i); err == nil {
				wg.Done()
			}
		}()
	}
	wg.Wait() // want `Done is not called as often as Add on every path`
}

// Handshake is fine: there is room for the error where there is a timeout.
func Handshake(timeout, deadline int, shake func() error) (err error) {
	if timeout == 0 || deadline < timeout {
		timeout = deadline
	}
	var failed chan error
	if timeout != 0 {
		failed = make(chan error, 2)
		go func() { failed <- errors.New("too late") }()
	}
	if timeout == 0 {
		return shake()
	}
	go func() { failed <- shake() }()
	return <-failed
}

// Each sends once, and as many are taken.
func counted(fs []func() int) (sum int) {
	results := make(chan int)
	for _, f := range fs {
		go func() { results <- f() }()
	}
	for range len(fs) {
		sum += <-results
	}
	return sum
}
