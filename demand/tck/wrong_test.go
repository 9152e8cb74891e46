package tck

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/weir-go/weir/demand"
)

// The kit is tested with implementations that are wrong, each in one way: the
// rule that it breaks must be found. Which others fail as well is in testdata.

var update = flag.Bool("update", false, "write testdata/wrong.golden anew")

// wrongs are the flaws, and the check that must fail for each.
var wrongs = map[string]string{
	// of publishers
	"publisher gives one more than requested":        "Required_Spec101_NoMoreThanRequested",
	"publisher gives all at Subscribe":               "Required_Spec101_NoMoreThanRequested",
	"publisher waits until it has what is requested": "Required_Spec102_FewerThanRequested",
	"publisher loses the last":                       "Required_ThreeElements",
	"publisher signals at the same time":             "Stochastic_Spec103_SerialSignals",
	"publisher completes when it fails":              "Optional_Spec104_FailureIsOnError",
	"publisher never completes":                      "Required_Spec105_CompletesWhenFinite",
	"publisher says nothing when empty":              "Optional_Spec105_EmptyCompletes",
	"publisher completes again after the end":        "Untested_Spec106_TheEndEndsTheSubscription",
	"publisher completes twice":                      "Required_Spec107_NothingAfterOnComplete",
	"publisher completes after OnError":              "Untested_Spec107_NothingAfterOnError",
	"publisher completes when cancelled":             "Untested_Spec108_SignalsStopAfterCancel",
	"publisher signals before OnSubscribe":           "Required_Spec109_OnSubscribeFirst",
	"publisher takes nil":                            "Required_Spec109_NilSubscriberPanics",
	"publisher rejects without OnSubscribe":          "Required_Spec109_RejectionIsOnError",
	"publisher panics in Subscribe":                  "Untested_Spec109_SubscribeReturnsNormally",
	"publisher panics at the same subscriber":        "Untested_Spec110_TheSameSubscriberTwice",
	"publisher forgets its second subscriber":        "Optional_Spec111_ManySubscribers",
	"publisher gives each subscriber something else": "Optional_Spec111_SameElementsAtOnce",
	"publisher gives each another order":             "Optional_Spec111_SameElementsOneByOne",
	"publisher subscribes twice":                     "Untested_Spec212_OnSubscribeOnce",
	"publisher ignores requests from signals":        "Required_Spec302_RequestFromSignals",
	"publisher recurses":                             "Required_Spec303_BoundedRecursion",
	"publisher takes long to Request":                "Untested_Spec304_RequestReturnsPromptly",
	"publisher takes long to Cancel":                 "Untested_Spec305_CancelReturnsPromptly",
	"publisher gives after Cancel":                   "Required_Spec306_RequestAfterCancel",
	"publisher panics at a second Cancel":            "Required_Spec307_CancelAfterCancel",
	"publisher knows the last request only":          "Required_Spec308_DemandAddsUp",
	"publisher ignores a request for nothing":        "Required_Spec309_NonPositiveRequest",
	"publisher names no rule":                        "Optional_Spec309_ErrorNamesTheRule",
	"publisher ignores Cancel while it gives":        "Required_Spec312_CancelStopsSignals",
	"publisher keeps its subscribers":                "Required_Spec313_CancelDropsTheSubscriber",
	"publisher is of no use after the last Cancel":   "Untested_Spec314_AfterTheLastCancel",
	"publisher panics at Cancel":                     "Untested_Spec315_CancelReturnsNormally",
	"publisher panics at a request for nothing":      "Untested_Spec316_RequestReturnsNormally",
	"publisher knows no unbounded demand":            "Required_Spec317_UnboundedDemand",
	"publisher overflows":                            "Required_Spec317_DemandAddsUpToUnbounded",
	"publisher fails above unbounded demand":         "Required_Spec317_NoErrorAboveUnbounded",
	"publisher ignores its context":                  "Required_TheEndOfTheContextIsACancel",
	"publisher gives three of four":                  "Untested_AnyOrder",
	// of subscribers
	"subscriber requests nothing":                       "Required_Spec201_DemandByRequest",
	"subscriber requests zero":                          "Required_Spec201_DemandByRequest",
	"subscriber takes long for an element":              "Untested_Spec202_OnNextReturnsPromptly",
	"subscriber cancels from OnComplete":                "Required_Spec203_OnCompleteCallsNothing",
	"subscriber requests from OnError":                  "Required_Spec203_OnErrorCallsNothing",
	"subscriber requests after the end":                 "Untested_Spec204_TheEndIsLikeCancel",
	"subscriber keeps a second subscription":            "Required_Spec205_SecondSubscriptionIsCancelled",
	"subscriber cancels the first subscription":         "Required_Spec205_SecondSubscriptionIsCancelled",
	"subscriber never cancels":                          "Untested_Spec206_CancelsWhenDone",
	"subscriber requests at the same time":              "Untested_Spec207_SerialCalls",
	"subscriber panics at an element after Cancel":      "Required_Spec208_OnNextAfterCancel",
	"subscriber panics at OnComplete with a request":    "Required_Spec209_OnCompleteWithRequest",
	"subscriber panics at OnComplete without a request": "Required_Spec209_OnCompleteWithoutRequest",
	"subscriber ignores OnError with a request":         "Required_Spec210_OnErrorWithRequest",
	"subscriber ignores OnError without a request":      "Required_Spec210_OnErrorWithoutRequest",
	"subscriber handles out of order":                   "Untested_Spec211_SignalsFromAnyGoroutine",
	"subscriber panics at the same subscription":        "Untested_Spec212_TheSameSubscriptionAgain",
	"subscriber takes a nil subscription":               "Required_Spec213_NilSubscriptionPanics",
	"subscriber takes a nil error":                      "Required_Spec213_NilErrorPanics",
	"subscriber forgets earlier demand":                 "Required_Spec308_DemandAddsUp",
	"subscriber ignores elements from within Request":   "Untested_Spec310_ElementsFromWithinRequest",
	"subscriber ignores the end from within Request":    "Untested_Spec311_TheEndFromWithinRequest",
	"subscriber panics in OnNext":                       "Required_AnOrdinaryLife",
	// of processors
	"processor swallows completion":       "Required_Spec401_CompletionIsPassedOn",
	"processor keeps Cancel to itself":    "Untested_Spec401_CancelGoesUpstream",
	"processor swallows errors":           "Required_Spec402_ErrorIsPassedOnWithoutDemand",
	"processor makes errors a completion": "Required_Spec402_ErrorIsPassedOnWithoutDemand",
	"processor forgets demand":            "Required_DemandOfLongAgo",
	"processor gives without demand":      "Publisher/Required_Spec101_NoMoreThanRequested",
}

func TestWrongIsFound(t *testing.T) {
	const name = "testdata/wrong.golden"
	want, err := os.ReadFile(name)
	if err != nil && !*update {
		t.Fatal(err)
	}
	var golden strings.Builder
	for _, flaw := range slices.Sorted(maps.Keys(wrongs)) {
		t.Run(flaw, func(t *testing.T) {
			chance := strings.HasSuffix(flaw, "at the same time")
			if raceEnabled && chance {
				t.Skip("the race detector finds it")
			}
			// Whether the completion or the return of Cancel comes first is chance too.
			chance = chance || flaw == "publisher completes when cancelled"
			failed := fails(t, flaw)
			if !slices.Contains(failed, wrongs[flaw]) {
				t.Errorf("not found by %s, but by %q", wrongs[flaw], failed)
			}
			if chance {
				return // so is what else fails
			}
			section := fmt.Sprintf("%s\n\t%s\n\n", flaw, strings.Join(failed, "\n\t"))
			if golden.WriteString(section); !*update && !strings.Contains(string(want), section) {
				t.Errorf("other checks fail than %s says (-update writes it):\n%s", name, section)
			}
		})
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(name, []byte(golden.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestProcessorThatIsRight(t *testing.T) {
	Processor(t, func() demand.Processor[int, int] { return &through{} }, number, Unsupported("1.11", "it has one subscriber"))
}

func TestFlawedPublisherWithoutAFlaw(t *testing.T) {
	Publisher(t, func(n int) demand.Publisher[int] { return &flawed{n: n} },
		Failing(func(n int) demand.Publisher[int] { return &flawed{n: n, err: errors.New("failed")} }))
}

// Every check has something that fails it.
func TestEveryCheckCanFail(t *testing.T) {
	golden, err := os.ReadFile("testdata/wrong.golden")
	if err != nil {
		t.Fatal(err)
	}
	rules := (&publishers[int]{}).rules()
	rules = append(rules, (&subscribers[int, int]{}).rules()...)
	rules = append(rules, (&processors[int, int]{}).rules()...)
	for _, r := range rules {
		if !strings.Contains(string(golden), "\t"+r.name+"\n") && r.name != "Optional_Spec111_DemandOfLongAgoOfTwo" {
			t.Errorf("nothing wrong fails %s", r.name)
		}
	}
}

// fails returns the checks that fail for an implementation with a flaw.
func fails(t *testing.T, flaw string) (failed []string) {
	t.Helper()
	of := func(prefix string, c *config, rules []rule) {
		for _, r := range rules {
			if o := c.check(t, r); len(o.faults) > 0 {
				failed = append(failed, prefix+r.name)
			}
		}
	}
	switch kind, _, _ := strings.Cut(flaw, " "); kind {
	case "publisher":
		c := configure([]Option{
			Failing(func(n int) demand.Publisher[int] { return &flawed{n: n, flaw: flaw, err: errors.New("failed")} }),
			Rejecting(func() demand.Publisher[int] {
				if flaw == "publisher rejects without OnSubscribe" {
					return rejectsAtOnce{}
				}
				return rejects{}
			}),
		})
		k := newPublishers(t, c, func(n int) demand.Publisher[int] { return &flawed{n: n, flaw: flaw} })
		of("", c, k.rules())
	case "subscriber":
		k := &subscribers[int, int]{element: number, alike: func(sent, got []int) bool { return same(sent, got) }}
		k.make = func(e *env) (demand.Subscriber[int], *recorder[int]) {
			r := newRecorder[int](e)
			return &right{ctx: e.ctx, flaw: flaw, probe: &Probe[int]{r}}, r
		}
		of("", configure(nil), k.rules())
	case "processor":
		k := &processors[int, int]{func() demand.Processor[int, int] { return &through{flaw: flaw} }, number}
		c := configure([]Option{Unsupported("1.11", "it has one subscriber")})
		of("Publisher/", c, k.publishers().rules())
		of("Subscriber/", c, k.subscribers().rules())
		of("", c, k.rules())
	}
	return failed
}

type rejectsAtOnce struct{}

func (rejectsAtOnce) Subscribe(_ context.Context, s demand.Subscriber[int]) {
	s.OnError(errors.New("no"))
}
