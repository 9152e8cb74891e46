package flow_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

var errBridge = errors.New("the bridge is out")

func linesThatFailAt(n int) flow.Flow[string] {
	return flow.Via(flow.From(source.Range(0, n+1)), operators.MapErr(func(v int) (string, error) {
		if v == n {
			return "", errBridge
		}
		return fmt.Sprintln(v), nil
	}))
}

func TestSeq(t *testing.T) {
	err := errors.New("of before")
	got := ""
	for v := range flow.Seq(t.Context(), linesThatFailAt(3), &err) {
		got += v
	}
	if got != "0\n1\n2\n" || !errors.Is(err, errBridge) {
		t.Errorf("got %q, error %v", got, err)
	}
	for range flow.Seq(t.Context(), linesThatFailAt(3), &err) {
		break
	}
	if err != nil {
		t.Errorf("a loop that was left: error %v", err)
	}
}

func TestChan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ch, r, err := flow.Chan(t.Context(), linesThatFailAt(5), 2)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(ch) != 2 {
			t.Errorf("%d elements wait in the channel, want 2", len(ch))
		}
		got := 0
		for range ch {
			got++
		}
		if err := r.Wait(); got != 5 || !errors.Is(err, errBridge) {
			t.Errorf("got %d elements, error %v", got, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		_, r, err := flow.Chan(t.Context(), linesThatFailAt(5), 0)
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait() // nobody receives
		if err := r.Stop(errBridge); !errors.Is(err, errBridge) {
			t.Errorf("error %v", err)
		}
	})
	if _, _, err := flow.Chan(t.Context(), linesThatFailAt(5), -1); err == nil || !strings.Contains(err.Error(), "must not be negative") {
		t.Errorf("error %v", err)
	}
}

func TestReader(t *testing.T) {
	r, err := flow.Reader(t.Context(), linesThatFailAt(1000))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if strings.Count(string(got), "\n") != 1000 || !errors.Is(err, errBridge) {
		t.Errorf("got %d bytes, error %v", len(got), err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}

	endless := flow.From(source.Func(func(context.Context) (string, error) { return strings.Repeat("y", 100), nil }))
	r, err = flow.Reader(t.Context(), endless)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 1<<20)); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}

	r, err = flow.Reader(t.Context(), flow.Via(flow.From(source.Range(0, 3)), operators.Map(func(v int) string { return fmt.Sprint(v) })))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "012" {
		t.Errorf("got %q, error %v", got, err)
	}
}

func ExampleReader() {
	words := flow.From(source.Slice([]string{"what ", "is ", "not ", "read ", "is not written"}))
	r, err := flow.Reader(context.Background(), words)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	fmt.Println(string(text), err)
	// Output:
	// what is not read is not written <nil>
}

func ExampleSeq() {
	var err error
	for v := range flow.Seq(context.Background(), flow.From(source.Range(1, 4)), &err) {
		fmt.Println(v)
	}
	fmt.Println(err)
	// Output:
	// 1
	// 2
	// 3
	// <nil>
}

func ExampleChan() {
	ch, run, err := flow.Chan(context.Background(), flow.From(source.Range(1, 4)), 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for v := range ch {
		fmt.Println(v)
	}
	fmt.Println(run.Wait())
	// Output:
	// 1
	// 2
	// 3
	// <nil>
}
