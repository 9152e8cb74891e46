package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A result is what the rounds of one row gave. All numbers are per element.
type result struct {
	row
	ns     []float64 // of each round, in ascending order
	bytes  float64
	allocs float64
}

func (r result) median() float64 { return r.ns[len(r.ns)/2] }

// measure runs the rows by turns.
func measure(ctx context.Context, all []row, s settings) ([]result, error) {
	var results []result
	var sizes []int
	for _, r := range all {
		if !s.only.MatchString(r.name) {
			continue
		}
		n, err := calibrate(ctx, r, s.target)
		if err != nil {
			return nil, err
		}
		results, sizes = append(results, result{row: r}), append(sizes, n)
	}
	for range s.rounds {
		for i := range results {
			if n := sizes[i]; n > 0 {
				if err := results[i].round(ctx, n, s.rounds); err != nil {
					return nil, err
				}
			}
		}
	}
	for _, r := range results {
		slices.Sort(r.ns)
	}
	return results, nil
}

// calibrate returns how many elements take about so long, 0 where that can't be
// measured.
func calibrate(ctx context.Context, r row, target time.Duration) (n int, err error) {
	const least, most = 1 << 10, 1 << 24
	if r.unmeasured != "" {
		return 0, nil
	}
	for n = least; n < most; n *= 2 {
		begun := time.Now()
		if err := r.run(ctx, n); err != nil {
			return 0, fmt.Errorf("%s: %w", r.name, err)
		}
		if time.Since(begun) >= target/2 {
			break
		}
	}
	return n, nil
}

// round runs n elements once; rounds is how many there are.
func (r *result) round(ctx context.Context, n, rounds int) error {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	begun := time.Now()
	err := r.run(ctx, n)
	took := time.Since(begun)
	runtime.ReadMemStats(&after)
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	elements := float64(n)
	r.ns = append(r.ns, float64(took)/elements)
	r.bytes += float64(after.TotalAlloc-before.TotalAlloc) / elements / float64(rounds)
	r.allocs += float64(after.Mallocs-before.Mallocs) / elements / float64(rounds)
	return nil
}
