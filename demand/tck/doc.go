// Package tck checks implementations of the four interfaces of Reactive Streams
// in package demand, by the rules of Reactive Streams 1.0.4 and their numbers.
//
// [Publisher], [Subscriber], [SubscriberBlackbox] and [Processor] make a subtest
// of each check, named by its kind and its rule:
//
//	Required_Spec309_NonPositiveRequest   must hold
//	Optional_Spec111_ManySubscribers      may be declared Unsupported, and is skipped then
//	Stochastic_Spec103_SerialSignals      looks for what happens by chance
//	Untested_Spec208_…                    which the kit for the JVM leaves out
//
// Run them under the race detector: that signals happen one before the other (1.3)
// is seen by it.
//
// # Time
//
// Each check runs in a bubble of testing/synctest, where the implementation is
// made: when everything in it waits, time passes, and what has not come by then
// never comes. So no check sleeps, and "at once" means before time passes. What
// can't live in a bubble is checked in [RealTime].
//
// The context of a check ends after it. What still waits then is a fault as well.
//
// # What differs from the standard
//
// A nil subscriber, subscription or error must panic. Elements may be nil. The end
// of the context of Subscribe is a Cancel.
//
// Some rules can't be seen from outside, and have no check of their own: that
// Request and Cancel are called in the subscriber's context (3.1), which 2.7 covers
// in part, and what only is allowed (3.10, 3.11 for a publisher, 3.14).
package tck
