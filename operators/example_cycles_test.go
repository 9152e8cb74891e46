package operators_test

import (
	"context"
	"fmt"

	"github.com/weir-go/weir/demand"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
	"github.com/weir-go/weir/stage"
)

// A crawler: what a page links to goes round, the page itself leaves.
func ExampleFeedback() {
	web := map[string][]string{
		"/":     {"/docs", "/blog"},
		"/docs": {"/", "/docs/api"},
		"/blog": {"/docs"},
	}
	type found struct {
		page string
		link bool
	}
	read := func(page string) []found {
		all := []found{{page: page}}
		for _, to := range web[page] {
			all = append(all, found{page: to, link: true})
		}
		return all
	}
	body := stage.Compose(operators.Distinct[string](1000), operators.FlatMap(read))
	again := func(f found) (string, bool) { return f.page, f.link }

	pages := flow.Via(flow.From(source.Slice([]string{"/"})), operators.Feedback(body, again, 100, demand.Fail))
	got, err := flow.Collect(context.Background(), flow.Via(pages, operators.Map(func(f found) string { return f.page })))
	fmt.Println(got, err)
	// Output: [/ /docs /blog /docs/api] <nil>
}

// A retry with a changed input: what did not fit is cut in half.
func ExampleFeedback_retry() {
	type upload struct {
		size, tries int
	}
	send := operators.Map(func(u upload) upload { u.tries++; return u })
	smaller := func(u upload) (upload, bool) {
		if u.size <= 100 || u.tries == 5 {
			return u, false
		}
		u.size /= 2
		return u, true
	}
	sent := flow.From(source.Slice([]upload{{size: 50}, {size: 300}})).Via(operators.Feedback(send, smaller, 10, demand.Fail))
	got, err := flow.Collect(context.Background(), sent)
	fmt.Println(got, err)
	// Output: [{50 1} {75 3}] <nil>
}
