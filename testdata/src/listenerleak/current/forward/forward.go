// Package forward subscribes through functions of its own.
package forward

import "example.com/listeners/bus"

// A Player is begun and ended any number of times.
type Player struct {
	topic *bus.Topic
	sub   *bus.Subscription
	n     int
}

func (p *Player) tell(f func([]byte)) (*bus.Subscription, error) { return p.topic.Subscribe(f) }

func (p *Player) Begin() (err error) {
	if p.sub, err = p.tell(p.play); err != nil {
		return err
	}
	_, err = p.tell(p.pause) // want `result of tell is dropped, and with it the means to undo it; held by p -> topic \(listenerleak/handle-discarded\)`
	return err
}

func (p *Player) play([]byte)  { p.n++ }
func (p *Player) pause([]byte) { p.n-- }
func (p *Player) End()         { p.sub.Unsubscribe() }

// A Desk has subscriptions of two kinds to the same end.
type Desk struct {
	in, out Source
	news    *bus.Subscription
}

type Source interface {
	SubscribeNews(f func([]byte)) *bus.Subscription
	SubscribeAds(f func([]byte)) *bus.Subscription
}

func (d *Desk) Begin() {
	d.news = d.in.SubscribeNews(d.read)
	d.out.SubscribeAds(d.read) // want `result of SubscribeAds is dropped.*listenerleak/handle-discarded`
}

func (d *Desk) read([]byte) {}
func (d *Desk) End()        { d.news.Unsubscribe() }

func hook(c *bus.Config, l bus.Listener) {
	c.AddListener(l) // want `listener added by AddListener is never removed by RemoveListener`
}

// Leaks: a constructor lets a helper do it.
type Panel struct{ n int }

func NewPanel(c *bus.Config) *Panel {
	p := new(Panel)
	hook(c, p)
	return p
}

func (p *Panel) Changed(string) { p.n++ }
func (p *Panel) Close()         {}

// Leaks: the goroutine that undoes one does not undo the other.
type Radio struct {
	news, ads *bus.Subscription
	quit      chan bool
}

func NewRadio(src Source) *Radio {
	r := &Radio{quit: make(chan bool)}
	r.news = src.SubscribeNews(r.play)
	r.ads = src.SubscribeAds(r.play) // want `result of SubscribeAds is kept in field ads, which nothing uses to undo it`
	go r.run()
	return r
}

func (r *Radio) play([]byte) {}
func (r *Radio) Quit()       { close(r.quit) }

func (r *Radio) run() {
	defer r.news.Unsubscribe()
	<-r.quit
}
