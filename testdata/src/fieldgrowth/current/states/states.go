// Package states has what is in several states.
package states

// A job has a name that no other has at the same time.
type job struct {
	name string
	size int
}

type event struct {
	job  *job
	over bool
}

// A Runner has jobs that come and go.
type Runner struct {
	in    chan event
	jobs  map[string]*job
	bad   map[string]struct{}
	sizes map[int]struct{}
	slots map[int]string
}

func NewRunner(in chan event) *Runner {
	return &Runner{in: in, jobs: map[string]*job{}, bad: map[string]struct{}{}, sizes: map[int]struct{}{}, slots: map[int]string{}}
}

// Run leaks the names of jobs that are bad: those of others go.
func (r *Runner) Run() {
	for e := range r.in {
		switch {
		case e.over:
			r.remove(e.job.name)
		case e.job.size < 0:
			r.refuse(e.job)
		default:
			r.add(e.job)
		}
	}
}

func (r *Runner) add(j *job) {
	r.jobs[j.name] = j
	r.sizes[j.size] = struct{}{} // want `held by Runner.sizes \(fieldgrowth/only-grows, latent\)`
}

func (r *Runner) refuse(j *job) {
	r.bad[j.name] = struct{}{} // want `map gets keys and never loses any; held by Runner.bad`
}

func (r *Runner) remove(name string) { delete(r.jobs, name) }

// Assign is fine: the number is one of a few.
func (r *Runner) Assign(slot int, name string, all []string) {
	if slot < 0 || slot >= len(all) {
		return
	}
	r.slots[slot] = name
}

// A Desk has files that wait, and when they came.
type Desk struct {
	in   chan string
	drop chan string
	tick chan int

	wait map[string]int
	came map[string]int
	open map[string]int
}

func (d *Desk) loop() {
	for {
		select {
		case file := <-d.in:
			d.wait[file] = 1
			d.came[file] = 2 // want `entry stays when its key is deleted beside it; held by Desk.came`
		case now := <-d.tick:
			for file, at := range d.wait {
				if at > now {
					delete(d.came, file)
					delete(d.wait, file)
				}
			}
			for file := range d.wait {
				if now == 0 { // goes on elsewhere
					d.open[file] = now
					delete(d.wait, file)
					delete(d.open, file)
				}
			}
		case file := <-d.drop:
			delete(d.wait, file)
		}
	}
}

func (d *Desk) Start() { go d.loop() }

// A Case has no file that is dropped.
type Case struct {
	in   chan string
	tick chan int

	wait map[string]int
	came map[string]int
	open map[string]int
}

func (c *Case) loop() {
	for {
		select {
		case file := <-c.in:
			c.wait[file] = 1
			c.came[file] = 2
		case now := <-c.tick:
			for file, at := range c.wait {
				switch {
				case at > now:
					delete(c.came, file)
					delete(c.wait, file)
				case now == 0:
					c.open[file] = now
					delete(c.wait, file)
				}
			}
			for file, at := range c.open {
				if at > now {
					delete(c.open, file)
					delete(c.came, file)
				}
			}
		}
	}
}

func (c *Case) Start() { go c.loop() }
