package main

import "testing"

// Neither the number of flights nor that of files makes a run take more memory.
func TestHeapStaysFlat(t *testing.T) {
	peak := func(repeat string) uint64 {
		o := etlRun(t, "-report", "json", "-in", "data/flights-damaged.json", "-repeat", repeat)
		if o.code != 0 {
			t.Fatal(o.stderr)
		}
		return o.report(t).PeakHeap
	}
	few, many := peak("50"), peak("300")
	if many > few+6<<20 {
		t.Errorf("peak heap of 50 files is %d bytes, of 300 it is %d", few, many)
	}
}
