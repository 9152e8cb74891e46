package engine

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/weir-go/weir/demand"
)

// An island is one goroutine that pulls, and its account of time. Sleeps are
// timed as they happen. The rest of the time is busy; how it divides among the
// stages is measured in sampled rounds, and what passed since the sample before
// is divided alike. So busy, idle and backpressured add up to the time that
// passed, without a clock read per element.
type island struct {
	*demand.Island
	r    *Run
	name string
	post *demand.Post

	cur   *Cell // the stage at work
	cells []*Cell

	sampling             bool
	skip                 int
	t0                   time.Time     // when the sampled round began
	pulled               int           // elements that came onto the island in this round
	nested               time.Duration // time of stages above the one at work, in this sample
	slept                time.Duration // in this round
	yieldData, yieldRoom time.Duration // in this sample
	last                 time.Time     // up to here time is accounted for
	since                time.Time     // when the sleep began

	idle, pressed       time.Duration
	pubIdle, pubPressed atomic.Int64
	sleepSince          atomic.Int64
	sleepRoom           atomic.Bool
	windowSize          atomic.Int64
}

// A round is sampled so often that clock reads cost about one part in a hundred:
// always when it takes sampleCost, and at least every sampleRest rounds.
const (
	sampleCost = 100 * time.Microsecond
	sampleRest = 127
)

// waking stands for sleepSince while a sleep that has ended is being added to
// the account.
const waking = -1

// waited returns what is published of an island's waiting, the sleep under way
// included: either as under way or as accounted for, never as both.
func (h *island) waited(now time.Time) (idle, pressed time.Duration) {
	for {
		since := h.sleepSince.Load()
		idle, pressed = time.Duration(h.pubIdle.Load()), time.Duration(h.pubPressed.Load())
		room := h.sleepRoom.Load()
		if since == waking || h.sleepSince.Load() != since {
			runtime.Gosched()
			continue
		}
		if since > 0 {
			if d := max(0, now.Sub(time.Unix(0, since))); room {
				pressed += d
			} else {
				idle += d
			}
		}
		return idle, pressed
	}
}

func (r *Run) newIsland(cell *Cell) *island {
	isl := &island{Island: demand.NewIsland(), r: r, name: cell.Name, cur: cell}
	isl.Island.Host = isl
	isl.Island.Awake = &r.awake
	if cell.group != nil {
		isl.Island.Awake = &cell.group.awake
	}
	isl.post = r.man.Post(isl.Island)
	isl.Island.Awake.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	isl.cells = append(isl.cells, cell)
	cell.isl = isl
	isl.last = r.started
	if r.running {
		isl.last = time.Now() // it was made on the way
	}
	r.islands = append(r.islands, isl)
	r.islandsN++
	if r.stopped.Load() || r.over {
		isl.Stop()
	}
	return isl
}

// run runs the island's goroutine.
func (h *island) run(body func(*island)) {
	defer h.leave()
	body(h)
}

func (h *island) leave() {
	h.post.End()
	h.settleTime(time.Now())
	h.publish()
	h.Awake.Leave()
	h.r.mu.Lock()
	h.r.islandsN--
	stalled := h.r.awake.Add(-1) == 0 && h.r.islandsN > 0
	h.r.mu.Unlock()
	if stalled && !h.r.stopped.Load() {
		h.r.awake.Stalled()
	}
}

// protect runs f and turns a panic into an error that names the stage at work.
func (h *island) protect(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = Panicked(h.cur.Name, v, debug.Stack())
		}
	}()
	return f()
}

// Working implements demand.Host.
func (h *island) Working() any { return h.cur }

// Discarded implements demand.Host.
func (h *island) Discarded(n int) { h.cur.Discard(n) }

// Yield implements demand.Host. It is timed in sampled rounds only, as it is much
// more frequent than sleep.
func (h *island) Yield(on *demand.Waiting) {
	if !h.sampling {
		runtime.Gosched()
		return
	}
	t := time.Now()
	runtime.Gosched()
	d := time.Since(t)
	h.nested += d
	if on.ForRoom {
		h.yieldRoom += d
	} else {
		h.yieldData += d
	}
}

// Sleeping implements demand.Host.
func (h *island) Sleeping(on *demand.Waiting, begin bool) {
	now := time.Now()
	if begin {
		h.post.End()
		h.since = now
		h.publish()
		h.sleepRoom.Store(on.ForRoom)
		h.sleepSince.Store(now.UnixNano())
		return
	}
	d := now.Sub(h.since)
	h.sleepSince.Store(waking)
	h.slept += d
	h.nested += d
	if on.ForRoom {
		h.pressed += d
	} else {
		h.idle += d
	}
	h.last = h.last.Add(d)
	h.pubIdle.Store(int64(h.idle))
	h.pubPressed.Store(int64(h.pressed))
	h.sleepSince.Store(0)
	h.Hurried()
	h.post.Begin()
}

// begin starts a round. A watched one gets the watchman's flag when it is slow.
func (h *island) begin(timed, watched bool) {
	h.slept, h.nested, h.pulled = 0, 0, 0
	h.sampling = h.skip == 0
	if h.sampling || timed {
		h.t0 = time.Now()
	}
	if h.skip > 0 {
		h.skip--
	}
	if watched {
		h.post.Begin()
	}
}

// end ends a round, and returns how long it took, sleep not counted. Without a
// clock read it returns 0.
func (h *island) end(timed bool) time.Duration {
	if !h.sampling && !timed {
		return 0
	}
	now := time.Now()
	d := now.Sub(h.t0) - h.slept
	if h.sampling {
		// What is not nested is the driver's own.
		h.cells[0].sample += now.Sub(h.t0) - h.nested
		h.divide(now, d)
		h.sampling = false
		h.skip = min(int(sampleCost/max(d, 1)), sampleRest)
		h.publish()
	}
	return d
}

// divide gives the time since the last sample, sleep not counted, to the stages
// and to waiting, as this sample of length d says.
func (h *island) divide(now time.Time, d time.Duration) {
	gap := now.Sub(h.last)
	h.last = now
	if d <= 0 || gap <= 0 {
		return
	}
	scale := float64(gap) / float64(d)
	part := func(d *time.Duration) time.Duration {
		p := time.Duration(float64(*d) * scale)
		*d = 0
		return p
	}
	for _, c := range h.cells {
		c.busy += part(&c.sample)
	}
	h.idle += part(&h.yieldData)
	h.pressed += part(&h.yieldRoom)
}

// settleTime accounts for what came after the last sample.
func (h *island) settleTime(now time.Time) {
	if gap := now.Sub(h.last); gap > 0 {
		var sum time.Duration
		for _, c := range h.cells {
			sum += c.busy
		}
		if sum <= 0 {
			h.cells[0].busy += gap
		} else {
			for _, c := range h.cells {
				c.busy += time.Duration(float64(c.busy) / float64(sum) * float64(gap))
			}
		}
		h.last = now
	}
}

func (h *island) publish() {
	for _, c := range h.cells {
		c.publish()
	}
	h.pubIdle.Store(int64(h.idle))
	h.pubPressed.Store(int64(h.pressed))
}

// adopt takes a stage in that is pulled from on this island.
func (h *island) adopt(c, below *Cell) {
	h.r.mu.Lock()
	defer h.r.mu.Unlock()
	c.isl, c.below = h, below
	h.cells = append(h.cells, c)
}
