// Command demand shows demand at work: it runs a small pipeline and prints
// every request, every grant and every answer in it.
//
//	numbers → double → link of 8 → print, which takes 20 ms for each number
//
// There are two islands. The one below the link is driven by the sink, the one
// above by the link. Requests travel up, elements travel down.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

const (
	numbers  = 16
	capacity = 8
	pause    = 20 * time.Millisecond
)

func main() {
	if err := show(os.Stdout, newLedger(os.Stdout)); err != nil {
		log.Fatal(err)
	}
}

// show runs the pipeline and explains what is seen.
func show(w io.Writer, l *ledger) error {
	fmt.Fprintf(w, before, pause, capacity)
	f := flow.From(source.Range(1, numbers+1, stage.Name("numbers")))
	f = f.Via(spy[int](l, edge{"numbers", "double", above, 1}))
	f = f.Via(operators.Map(func(v int) int { return 2 * v }, stage.Name("double")))
	f = f.Via(spy[int](l, edge{"double", "link", above, 0}))
	f = f.Async(capacity, stage.Name("link"))
	f = f.Via(spy[int](l, edge{"link", "print", below, 0}))
	run, err := f.To(sink.ForEach(func(int) error {
		time.Sleep(pause)
		return nil
	}, stage.Name("print"))).Start(context.Background())
	if err != nil {
		return err
	}
	l.begin(run)
	if err := run.Wait(); err != nil {
		return err
	}
	fmt.Fprintf(w, after, l.ahead, capacity)
	return nil
}

const before = `
  numbers → double → link → print        print takes %s for every number

  Two goroutines, two columns. On the left is the island above the link: the link
  pulls from double, which pulls from numbers. On the right is the island below
  it: print pulls from the link. The link holds %d numbers; a grant is room in it
  that print has freed, for the left side to fill, and no more.

`

const after = `
  What there was to see
  - Nothing moves before it is asked for: the first line is a request.
  - A request travels up, its answer down. Within an island that is a call and its
    return: double and numbers share a goroutine with the link's driver.
  - The link asks for more at a time while that is quick (1, 2, 4), but never for
    more than it has room for. print is slow and goes on asking for one.
  - Room is granted in batches, not for each number.
  - So numbers works at the pace of print: it was never more than %d numbers
    ahead. The link holds %d, print has 1 in hand. Nothing is dropped, and nothing
    piles up.
  - The end travels like an answer, behind the last number. What each driver says
    then to the stage above it is cancel: no more is wanted.
`
