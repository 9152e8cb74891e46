// Package sink holds the sinks that need no more than the standard library.
package sink
