package receives

// Books are much that an object does with itself.
type books struct {
	aa []int
	ab []int
	ac []int
	ad []int
	ae []int
	af []int
	ag []int
	ah []int
	ai []int
	aj []int
	ak []int
	al []int
	am []int
	an []int
	ao []int
	ap []int
	aq []int
	ar []int
	as []int
	at []int
	au []int
	av []int
	aw []int
	ax []int
	ay []int
	az []int
	ba []int
	bb []int
	bc []int
	bd []int
	be []int
	bf []int
	bg []int
	bh []int
	bi []int
	bj []int
	bk []int
	bl []int
	bm []int
	bn []int
	bo []int
	bp []int
	bq []int
	br []int
	bs []int
	bt []int
	bu []int
	bv []int
	bw []int
	bx []int
	by []int
	bz []int
}

func (b *books) keep(n int) {
	b.aa = append(b.aa, n)
	b.ab = append(b.ab, n)
	b.ac = append(b.ac, n)
	b.ad = append(b.ad, n)
	b.ae = append(b.ae, n)
	b.af = append(b.af, n)
	b.ag = append(b.ag, n)
	b.ah = append(b.ah, n)
	b.ai = append(b.ai, n)
	b.aj = append(b.aj, n)
	b.ak = append(b.ak, n)
	b.al = append(b.al, n)
	b.am = append(b.am, n)
	b.an = append(b.an, n)
	b.ao = append(b.ao, n)
	b.ap = append(b.ap, n)
	b.aq = append(b.aq, n)
	b.ar = append(b.ar, n)
	b.as = append(b.as, n)
	b.at = append(b.at, n)
	b.au = append(b.au, n)
	b.av = append(b.av, n)
	b.aw = append(b.aw, n)
	b.ax = append(b.ax, n)
	b.ay = append(b.ay, n)
	b.az = append(b.az, n)
	b.ba = append(b.ba, n)
	b.bb = append(b.bb, n)
	b.bc = append(b.bc, n)
	b.bd = append(b.bd, n)
	b.be = append(b.be, n)
	b.bf = append(b.bf, n)
	b.bg = append(b.bg, n)
	b.bh = append(b.bh, n)
	b.bi = append(b.bi, n)
	b.bj = append(b.bj, n)
	b.bk = append(b.bk, n)
	b.bl = append(b.bl, n)
	b.bm = append(b.bm, n)
	b.bn = append(b.bn, n)
	b.bo = append(b.bo, n)
	b.bp = append(b.bp, n)
	b.bq = append(b.bq, n)
	b.br = append(b.br, n)
	b.bs = append(b.bs, n)
	b.bt = append(b.bt, n)
	b.bu = append(b.bu, n)
	b.bv = append(b.bv, n)
	b.bw = append(b.bw, n)
	b.bx = append(b.bx, n)
	b.by = append(b.by, n)
	b.bz = append(b.bz, n)
}

// Who grinds for a mill is told of the end by a channel, which nobody closes.
type mill struct {
	halt chan struct{}
	sack chan int
	books
}

func newMill() *mill {
	return &mill{halt: make(chan struct{}), sack: make(chan int)}
}

func (m *mill) Start() { go m.grinds(m.halt) } // want `goroutine never ends: nobody opens a way out of its loop \(goroutineleak/never-ends\)`

func (m *mill) grinds(halt chan struct{}) {
	for {
		select {
		case n := <-m.sack:
			m.keep(n)
		case <-halt:
			return
		}
	}
}

func (m *mill) Put(n int) {
	select {
	case m.sack <- n:
	case <-m.halt: // want `may wait for ever: nobody sends on halt or closes it \(goroutineleak/blocked-receive\)`
	}
}

func (m *mill) Close() { m.keep(0) }

// A press closes it, where it hands it to somebody else.
type press struct {
	halt chan struct{}
	sack chan int
	books
}

func newPress() *press {
	return &press{halt: make(chan struct{}), sack: make(chan int)}
}

func (p *press) Start() { go p.squeezes(p.halt) }

func (p *press) squeezes(halt chan struct{}) {
	for {
		select {
		case n := <-p.sack:
			p.keep(n)
		case <-halt:
			return
		}
	}
}

func (p *press) Put(n int) {
	select {
	case p.sack <- n:
	case <-p.halt:
	}
}

func (p *press) ends(halt chan struct{}) {
	p.keep(0)
	close(halt)
}

func (p *press) Close() { p.ends(p.halt) }
