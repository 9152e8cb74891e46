// Package records reads records, one at a time, from a stream of bytes: lines of text, JSON lines, the
// elements of a JSON array, rows of CSV. It is what the public file sources are made of.
//
// # What every reader holds to
//
// Next gives a record, or says why there is none: a [*Error] means that this one record is bad and that the next
// call goes on with the one after it; io.EOF is the end; any other error is fatal. The end and a fatal error are
// sticky. Records are numbered from 1, good and bad ones alike, without gaps, so that a number names the same
// record in every run over the same bytes.
//
// A record is given as soon as its last byte has been read: nothing waits for a buffer to fill. Next blocks in
// the Read below it and nowhere else, starts no goroutine, and reads no clock. A reader is for one goroutine.
//
// # Bounds
//
// A reader holds one record of at most Options.MaxRecord bytes and 32 KiB beside it, whatever the input; CSV holds the quoted
// fields of a row once more. A longer record is reported as [TooLong] and read past without being held. Beyond
// that there is what decompression takes (about 100 KiB) and what the decoded record itself needs. The time for any input
// grows with its length, however damaged it is.
//
// # What the input may look like
//
// gzip is known by its first bytes, not by a name, and unpacked, also when it has several members; a UTF-8
// byte order mark is dropped; lines end in LF or CRLF. See [Open].
//
// # Damage
//
// An error is reported exactly where a record is lost or may be. How a reader finds its way back is told at
// [JSONArray] and [CSV]; for [Lines] and [JSONLines] the next line is the next record.
package records
