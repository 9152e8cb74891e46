package main

import "runtime/metrics"

// heap is the memory of objects, in use or not yet swept. Reading it stops
// nothing and costs about a microsecond.
type heap struct {
	sample [1]metrics.Sample
	peak   uint64 // bytes
}

func (h *heap) look() {
	h.sample[0].Name = "/memory/classes/heap/objects:bytes"
	metrics.Read(h.sample[:])
	h.peak = max(h.peak, h.sample[0].Value.Uint64())
}
