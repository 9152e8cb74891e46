package operators_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/sink"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

func ExampleDedupe() {
	type message struct {
		ID   string
		Text string
	}
	// A sender that got no answer sends again.
	sent := flow.From(source.Slice([]message{{"1", "pay"}, {"1", "pay"}, {"2", "ship"}, {"1", "pay"}}))
	show(sent.Via(operators.Dedupe(5*time.Minute, 100_000, func(m message) string { return m.ID })))
	// Output: {1 pay} {2 ship}
}

func ExampleSkipUntil() {
	lines := flow.From(source.Slice([]string{"# comment", "", "BEGIN", "a", "b"}))
	show(lines.Via(operators.SkipUntil(func(s string) bool { return s == "BEGIN" })))
	// Output: BEGIN a b
}

func ExampleTimestamp() {
	begun := time.Now()
	inTime := func(e operators.Timestamped[string]) string {
		return fmt.Sprint(e.Value, " ", !e.At.Before(begun) && time.Since(e.At) >= 0)
	}
	stamped := flow.Via(flow.From(source.Slice([]string{"a", "b"})), operators.Timestamp[string]())
	show(flow.Via(stamped, operators.Map(inTime)))
	// Output: a true b true
}

func ExampleTimeInterval() {
	ticks := flow.From(source.Range(0, 3)).Via(operators.Throttle[int](1, 10*time.Millisecond))
	timed := flow.Via(ticks, operators.TimeInterval[int]())
	took, err := flow.Fold(context.Background(), timed, 0, func(a time.Duration, e operators.Interval[int]) time.Duration { return a + e.Since })
	fmt.Println(took >= 20*time.Millisecond, err)
	// Output: true <nil>
}

func ExampleMaterialize() {
	prices := flow.Via(flow.From(source.Slice([]string{"3", "4", "five"})), operators.MapErr(strconv.Atoi, stage.Name("parse")))
	events, err := flow.Collect(context.Background(), flow.Via(prices, operators.Materialize[int]()))
	for _, e := range events {
		fmt.Println(e)
	}
	fmt.Println(err)
	// Output:
	// next 3
	// next 4
	// failed: weir: stage "parse": strconv.Atoi: parsing "five": invalid syntax
	// <nil>
}

func ExampleDematerialize() {
	// A journal of what happened in another run.
	journal := flow.From(source.Slice([]operators.Event[string]{
		{Value: "a"},
		{Value: "b"},
		{Kind: operators.EventFailed, Err: errors.New("the line was cut")},
	}))
	show(flow.Via(journal, operators.Dematerialize[string](stage.Name("replay"))))
	// Output:
	// a b
	// weir: stage "replay": the line was cut
}

func ExampleKeepAlive() {
	// A source that never has anything.
	never := flow.From(source.Chan(make(chan string)))
	ping := func() string { return "ping" }
	show(never.Via(operators.KeepAlive(10*time.Millisecond, ping)).Via(operators.Take[string](3)))
	// Output: ping ping ping
}

func ExampleThrottleWith() {
	// Four letters each 10 ms, and at most eight at once.
	words := flow.From(source.Slice([]string{"a", "weir", "holds", "water", "back"}))
	begun := time.Now()
	show(words.Via(operators.ThrottleWith(operators.ThrottleConfig[string]{
		Rate: 4, Per: 10 * time.Millisecond, Burst: 8,
		Cost: func(s string) int { return len(s) },
	})))
	fmt.Println(time.Since(begun) >= 27*time.Millisecond) // 19 letters
	// Output:
	// a weir holds water back
	// true
}

func ExampleBackpressureTimeout() {
	orders := flow.From(source.Range(0, 10)).Via(operators.BackpressureTimeout[int](10 * time.Millisecond))
	slow := sink.ForEach(func(int) error {
		time.Sleep(20 * time.Millisecond)
		return nil
	})
	err := orders.To(slow).Run(context.Background())
	fmt.Println(errors.Is(err, operators.ErrTimeout))
	// Output: true
}
