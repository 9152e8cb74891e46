package web_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/weir-go/weir/connect/web"
	"github.com/weir-go/weir/flow"
	"github.com/weir-go/weir/operators"
	"github.com/weir-go/weir/source"
)

type trip struct {
	Number int `json:"number"`
}

func ExampleServe() {
	trips := flow.Via(flow.From(source.Range(1, 4)), operators.Map(func(n int) trip { return trip{n} }))
	handler := func(w http.ResponseWriter, r *http.Request) {
		if err := web.Serve(w, r, trips, web.JSONLines[trip]()); err != nil {
			log.Print(err)
		}
	}
	res := httptest.NewRecorder()
	handler(res, httptest.NewRequest(http.MethodGet, "/trips", nil))
	body, err := io.ReadAll(res.Body)
	fmt.Print(string(body), err)
	// Output:
	// {"number":1}
	// {"number":2}
	// {"number":3}
	// <nil>
}

func ExampleEvents() {
	ticks := flow.From(source.Range(1, 3))
	event := func(n int) (web.Event, error) {
		return web.Event{ID: fmt.Sprint(n), Name: "tick", Data: fmt.Sprintf("number %d", n)}, nil
	}
	res := httptest.NewRecorder()
	err := web.Serve(res, httptest.NewRequest(http.MethodGet, "/ticks", nil), ticks, web.Events(event))
	fmt.Print(res.Body.String(), err)
	// Output:
	// id: 1
	// event: tick
	// data: number 1
	//
	// id: 2
	// event: tick
	// data: number 2
	//
	// event: end
	// data:
	//
	// <nil>
}
