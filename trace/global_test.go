package trace_test

import (
	"os"
	"os/exec"
	"testing"

	"go.opentelemetry.io/otel"

	"github.com/weir-go/weir/demand"
)

// The global providers can be set once in the life of a process, so what happens
// before and after is tried in one of its own.
func TestGlobalProviders(t *testing.T) {
	const child = "WEIR_TEST_GLOBAL_PROVIDERS"
	if os.Getenv(child) == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestGlobalProviders$", "-test.v")
		cmd.Env = append(os.Environ(), child+"=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	in := point{"weir.stage.elements.in", "r", "s", "", ""}
	asked, n := 0, int64(0)
	before := func() []demand.StageStats {
		asked++
		return []demand.StageStats{{Name: "s", In: n}}
	}

	// None is set: nobody asks for the counts, and nothing is kept.
	n = 1000
	begin("r", before).End(nil, false, nil)
	if asked > 0 {
		t.Error("the counts were asked for, and nobody wants them")
	}

	// One is set while runs are at work: what they count is seen, from the begin
	// of the run, and kept.
	n = 7
	run, short := begin("r", before), begin("r", stages(demand.StageStats{Name: "s", In: 1}))
	p, r := meters()
	tp, x := tracers()
	otel.SetMeterProvider(p)
	otel.SetTracerProvider(tp)
	want(t, collect(t, r), map[point]float64{in: 8})
	short.End(nil, false, nil)
	n = 9
	want(t, collect(t, r), map[point]float64{in: 10})

	// Later runs report to it at once, and add to the same sums.
	later := begin("r", stages(demand.StageStats{Name: "s", In: 100}))
	want(t, collect(t, r), map[point]float64{in: 110})
	later.End(nil, false, nil)
	run.End(nil, false, nil)
	want(t, collect(t, r), map[point]float64{in: 110})
	if got := spans(t, x); len(got) != 2 {
		t.Errorf("spans %v, want those of the later run", got)
	}
}
