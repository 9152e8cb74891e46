// Package source holds the sources that need no more than the standard library.
//
// A source is a value that describes; each run opens it anew. Those that can
// serve one run only, such as Chan, make a second one an error.
package source
