// Package demand holds the protocol that all of Weir speaks: chunks, credits,
// links, buffers and lineage.
package demand
