package bench

import (
	"github.com/weir-go/weir/bench/batch"
	"github.com/weir-go/weir/bench/chain"
	"github.com/weir-go/weir/bench/fanin"
	"github.com/weir-go/weir/bench/handover"
	"github.com/weir-go/weir/bench/parallel"
	"github.com/weir-go/weir/bench/ping"
	"github.com/weir-go/weir/bench/slow"
	"github.com/weir-go/weir/stage"
)

// registerWeir adds Weir's own cases to the table. A case is one function of
// the form
//
//	func(n int) (sum int, err error)
//
// that does the work of its scenario over n units and returns what the
// scenario wants; every result is checked. Most scenarios have a name and the
// functions or sizes of their work in their own package:
//
//	chain      chain.Name              chain.AddOne, Even, Triple, Add over [0, n)
//	handover   handover.Name           the sum of [0, n), one element per request
//	ping       ping.Name(1), Name(3)   ping.NewTurn: the source waits, the sink passes
//	fanin      fanin.Name(producers)   scenario.Share(n, i, producers) for producer i
//	parallel   parallel.Ordered        parallel.Burn, Chain, Workers()
//	           parallel.Unordered      parallel.Burn, Sum, Workers()
//	batch      batch.Name              batch.Size, Weigh
//	slow       slow.First              slow.MeasureFirst(pipeline)
//	           slow.Throughput         slow.MeasureAll(pipeline)
//
// A slow pipeline is one function for both of its scenarios, a
// [slow.Pipeline]; slow.MeasureFirst and slow.MeasureAll make a case of it.
func registerWeir(t *table) {
	t.weir(chain.Name, "fused", weirFused)
	t.weir(chain.Name, "fused, without the runtime and its counters", weirBare)
	t.weir(chain.Name, "fused, a lineage for each 500", weirLineage(fusedTogether))
	t.weir(chain.Name, "fused, window 1", weirWindow1)
	t.weir(chain.Name, "three links", weirLinks)
	t.weir(chain.Name, "three links, a lineage for each 500", weirLineage(linked))
	t.weir(handover.Name, "a link of one", weirHandover)
	t.weir(handover.Name, "a link of 1024, window 1", weirTrickle)
	for _, hops := range []int{1, 3} {
		t.weir(ping.Name(hops), "links", weirPing(hops))
	}
	for _, producers := range fanin.Producers {
		t.weir(fanin.Name(producers), "Merge", weirMerge(producers))
	}
	t.weir(parallel.Ordered, "", weirParallel(parallel.Chain))
	t.weir(parallel.Unordered, "", weirParallel(parallel.Sum, stage.Unordered()))
	t.weir(batch.Name, "", weirBatch)
	t.weir(slow.First, "", slow.MeasureFirst(weirSlow))
	t.weir(slow.Throughput, "", slow.MeasureAll(weirSlow))
}
