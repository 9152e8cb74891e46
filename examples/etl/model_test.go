package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plain is a flight, read without the help of anything tested here.
type plain struct {
	Date, Origin, Destination string
	Distance, Delay           int
}

func (p plain) row() []string {
	return []string{p.Date, p.Origin, p.Destination, fmt.Sprint(p.Distance), fmt.Sprint(p.Delay)}
}

func modelFlights(t *testing.T) (all []plain) {
	t.Helper()
	text, err := os.ReadFile("data/flights-20k.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func modelRows(t *testing.T) (rows [][]string) {
	for _, p := range modelFlights(t) {
		rows = append(rows, p.row())
	}
	return rows
}

// modelSummary groups flights by the values that key gives, and returns rows as
// they should be in the database, in order.
func modelSummary(flights []plain, key func(plain) []string) (rows [][]string) {
	groups := map[string][]int{}
	keys := map[string][]string{}
	for _, p := range flights {
		k := fmt.Sprint(key(p))
		keys[k] = key(p)
		groups[k] = append(groups[k], p.Delay)
	}
	for k, delays := range groups {
		sum := 0
		for _, d := range delays {
			sum += d
		}
		mean := fmt.Sprintf("%.6f", float64(sum)/float64(len(delays)))
		rows = append(rows, append(slices.Clone(keys[k]), fmt.Sprint(len(delays)), mean, fmt.Sprint(nearestRank(delays, 95))))
	}
	slices.SortFunc(rows, slices.Compare)
	return rows
}

// nearestRank is the percentile by its definition.
func nearestRank(values []int, p int) int {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(p*len(sorted)+99)/100-1]
}

func TestSummariesEqualTheirModel(t *testing.T) {
	o := etlRun(t, "-in", "data/flights-20k.json")
	flights := modelFlights(t)
	const stats = `count, printf("%.6f", mean_delay), p95_delay`
	for _, table := range []struct {
		query string
		key   func(plain) []string
	}{
		{"SELECT origin, destination, " + stats + " FROM routes", func(p plain) []string { return []string{p.Origin, p.Destination} }},
		{"SELECT origin, " + stats + " FROM origins", func(p plain) []string { return []string{p.Origin} }},
		{"SELECT printf('%02d', hour), " + stats + " FROM hours", func(p plain) []string { return []string{p.Date[11:13]} }},
	} {
		if diff := cmp.Diff(modelSummary(flights, table.key), o.query(t, table.query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table.query, diff)
		}
	}
	if got := o.query(t, "SELECT name, city, state FROM origins WHERE origin = 'SEA'"); !cmp.Equal(got, [][]string{{"Seattle-Tacoma Intl", "Seattle", "WA"}}) {
		t.Errorf("airport SEA: %v", got)
	}
}

func TestDelaysEqualTheirModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(-5, 5), rapid.IntRange(-2000, 2000)), 1, 300).Draw(t, "delays")
		p := rapid.IntRange(1, 100).Draw(t, "percent")
		var d delays
		sum := 0
		for _, v := range values {
			d.add(v)
			sum += v
		}
		if got, want := d.percentile(p), nearestRank(values, p); got != want {
			t.Errorf("percentile %d: got %d, want %d", p, got, want)
		}
		if got, want := d.mean(), float64(sum)/float64(len(values)); math.Abs(got-want) > 1e-9 {
			t.Errorf("mean: got %g, want %g", got, want)
		}
	})
}
