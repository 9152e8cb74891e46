package measure

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/weir-go/weir/bench/scenario"
)

func TestSummarize(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   Summary
	}{
		{[]float64{7}, Summary{7, 7, 7, 7, 7}},
		{[]float64{3, 1}, Summary{1, 1.5, 2, 2.5, 3}},
		{[]float64{5, 1, 4, 2, 3}, Summary{1, 2, 3, 4, 5}},
	} {
		if got := Summarize(test.values); got != test.want {
			t.Errorf("Summarize(%v) = %v, want %v", test.values, got, test.want)
		}
	}
}

func TestScale(t *testing.T) {
	for _, test := range []struct {
		n      int
		factor float64
		want   int
	}{
		{10, 1.23, 12},
		{1000, 1.2345, 1200},
		{10, 0.01, leastUnits},
		{mostUnits, 10, 1_100_000_000},
	} {
		if got := scale(test.n, test.factor); got != test.want {
			t.Errorf("scale(%d, %v) = %d, want %d", test.n, test.factor, got, test.want)
		}
	}
}

func TestScenarioMeasuresEveryCase(t *testing.T) {
	good := scenario.Case{Library: scenario.Go, Variant: "good", Run: func(n int) (int, error) {
		time.Sleep(time.Microsecond)
		return scenario.SumTo(n), nil
	}}
	results, err := Scenario(of(good, good), quick())
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range results {
		if r.Nanos.Median <= 0 || r.Units < leastUnits {
			t.Errorf("case %d: %+v", i, r)
		}
	}
}

func TestScenarioStopsAtFault(t *testing.T) {
	broken := errors.New("broken")
	for name, run := range map[string]scenario.Run{
		"wrong result": func(n int) (int, error) { return scenario.SumTo(n) + 1, nil },
		"error":        func(int) (int, error) { return 0, broken },
	} {
		_, err := Scenario(of(scenario.Case{Library: scenario.Weir, Variant: name, Run: run}), quick())
		if err == nil || !strings.Contains(err.Error(), "test: weir, "+name) {
			t.Errorf("%s: error %v does not name the case", name, err)
		}
	}
}

func of(cases ...scenario.Case) scenario.Scenario {
	return scenario.Scenario{Name: "test", Want: scenario.SumTo, Cases: cases}
}

func quick() Options {
	return Options{Rounds: 3, Target: time.Millisecond, Rand: rand.New(rand.NewPCG(1, 2))}
}
