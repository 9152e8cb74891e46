// Package web puts pipelines behind HTTP handlers, on net/http alone.
//
// A response is the end of a pipeline: a client that reads slowly slows the
// pipeline down, as soon as what lies between them is full, and one that goes
// away cancels it.
//
//	http.HandleFunc("/trips", func(w http.ResponseWriter, r *http.Request) {
//		err := web.Serve(w, r, trips, web.JSONLines[Trip]())
//		…
//	})
package web
