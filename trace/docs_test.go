package trace_test

import (
	"context"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/weir-go/weir/trace"
)

// The tables of instruments say what a reader sees.
func TestDocsTableNamesEveryInstrument(t *testing.T) {
	p, r := meters()
	run := begin("r", stages(full()), trace.Meters(p))
	defer run.End(nil, false, nil)
	var rm metricdata.ResourceMetrics
	if err := r.Collect(context.Background(), &rm); err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, m := range rm.ScopeMetrics[0].Metrics {
		kind, labels, monotonic := "counter", "stage", false
		switch d := m.Data.(type) {
		case metricdata.Sum[int64]:
			monotonic = d.IsMonotonic
			if _, ok := d.DataPoints[0].Attributes.Value("weir.reason"); ok {
				labels = "stage, reason"
			}
		case metricdata.Sum[float64]:
			monotonic = d.IsMonotonic
		}
		if !monotonic {
			kind = "updowncounter"
		}
		seen[m.Name] = strings.Join([]string{kind, m.Unit, labels, m.Description}, " | ")
	}

	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/operate/telemetry.md")
	if err != nil {
		t.Fatal(err)
	}
	inDoc, inPage := map[string]string{}, map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^//\t(weir\..+)$`).FindAllStringSubmatch(string(doc), -1) {
		cells := regexp.MustCompile(` {2,}`).Split(row[1], -1)
		inDoc[cells[0]] = strings.Join(cells[1:], " | ")
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(weir\\.[a-z.]+)` \\| ((?:counter|updowncounter) .+) \\|$").FindAllStringSubmatch(string(page), -1) {
		inPage[row[1]] = strings.ReplaceAll(row[2], "`", "")
	}
	if d := cmp.Diff(seen, inDoc); d != "" {
		t.Errorf("doc.go (-instruments +documentation):\n%s", d)
	}
	if d := cmp.Diff(seen, inPage); d != "" {
		t.Errorf("docs/operate/telemetry.md (-instruments +documentation):\n%s", d)
	}
}
