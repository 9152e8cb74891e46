package demand

import "time"

// StageStats is what was seen of a stage. Busy, Idle and Backpressured add up
// to the time that the stage has run.
//
// When a run has ended, the books of a stage that makes one element of each
// balance: In = Out + DroppedTotal + Discarded; so do those of a link. An element
// that Failed is one that was then dropped, by policy, or discarded.
type StageStats struct {
	Name          string
	Kind          string
	Island        string // stages of one island share a goroutine
	In, Out       int64  // elements
	Chunks        int64
	Dropped       map[string]int64 // by reason
	Failed        int64
	Retries       int64
	Discarded     int64         // read, and given up when the run ended early
	Busy          time.Duration // at work
	Idle          time.Duration // waiting for upstream
	Backpressured time.Duration // waiting for downstream
	Window        int           // elements asked for at once, of the island's driver
	Link          *LinkStats
	Buffer        *BufferStats
}

// DroppedTotal adds up the drops of all reasons.
func (s StageStats) DroppedTotal() (n int64) {
	for _, d := range s.Dropped {
		n += d
	}
	return n
}
