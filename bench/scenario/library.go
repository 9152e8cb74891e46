package scenario

// A Library is what a case is written with, and how it differs from others.
type Library struct {
	Name   string // as people call it
	Module string // its module path, from which the version is read; empty for plain Go
	Typed  string // what an element is in its signatures
	Demand string // how a slow consumer holds a producer back
	Runs   string // on which goroutines a stage runs
}

// Libraries lists all of them in the order of the table in the README.
func Libraries() []Library {
	return []Library{Go, Weir, Reactor, Ro, Rill, RxGo, GoStreams}
}

// The libraries that are compared.
var (
	// Go is the language alone: loops, closures, iterators and channels.
	Go = Library{
		Name:   "plain Go",
		Typed:  "typed",
		Demand: "calls; a full channel blocks",
		Runs:   "as written",
	}
	// Weir is this repository.
	Weir = Library{
		Name:   "weir",
		Module: "github.com/weir-go/weir",
		Typed:  "typed",
		Demand: "request(n), in chunks",
		Runs:   "one goroutine for each fused part",
	}
	// Reactor is the peer that is nearest to Reactive Streams.
	Reactor = Library{
		Name:   "jjeffcaii/reactor-go",
		Module: "github.com/jjeffcaii/reactor-go",
		Typed:  "any",
		Demand: "request(n)",
		Runs:   "the subscriber's goroutine; one hop with SubscribeOn",
	}
	// Ro is a typed port of ReactiveX.
	Ro = Library{
		Name:   "samber/ro",
		Module: "github.com/samber/ro",
		Typed:  "typed",
		Demand: "none: push, each call waits for the stages below",
		Runs:   "the subscriber's goroutine; a channel hop with ObserveOn",
	}
	// Rill is functions over channels.
	Rill = Library{
		Name:   "destel/rill",
		Module: "github.com/destel/rill",
		Typed:  "typed, in a Try box of value and error",
		Demand: "unbuffered channels block",
		Runs:   "one goroutine a stage, or n",
	}
	// RxGo is the old ReactiveX port.
	RxGo = Library{
		Name:   "ReactiveX/RxGo",
		Module: "github.com/reactivex/rxgo/v2",
		Typed:  "any, in an Item of value and error",
		Demand: "channels block, unbuffered unless asked",
		Runs:   "one goroutine a stage, or a pool",
	}
	// GoStreams is flows of untyped channels.
	GoStreams = Library{
		Name:   "reugn/go-streams",
		Module: "github.com/reugn/go-streams",
		Typed:  "any between stages, typed functions",
		Demand: "unbuffered channels block",
		Runs:   "two goroutines and two channels a stage",
	}
)
