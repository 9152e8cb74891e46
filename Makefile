# Ways to work on Weir. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

NEXT        ?= go1.27.4 # the newer Go that everything must pass under as well
STATICCHECK ?= v0.8.2
GOLANGCI    ?= v2.15.0
FUZZTIME    ?= 5s
BENCHTIME   ?= 1s
PEERS       ?=
MUTANTS     ?=
COUNT       ?= 100
OPERATORS   ?=
NEXT        := $(strip $(NEXT))

# Every module of the repository, by its folder. Those in go.work are built
# together; the others, like bench, keep their requirements to themselves.
MODULES := $(shell find . -name go.mod -not -path '*/.*/*' -not -path '*/testdata/*' | sed 's|/go.mod$$||' | sort)

# $(call each,command) runs a command in every module, and fails if it did in one.
define each
@bad=0; for m in $(MODULES); do \
	work=off; if [ $$m = . ] || grep -Eq "^[[:space:]]*$$m/?$$" go.work; then work=; fi; \
	echo "module $$m"; \
	(cd $$m && export GOWORK=$$work && $(1)) || bad=1; \
done; exit $$bad
endef

# Files that only the newer Go can read need the newer gofmt.
NEWER := -name '*_go127*.go'
FIND  := find . -name '*.go' -not -path '*/.*/*'
GOFMT_NEXT = "$$(GOTOOLCHAIN=$(NEXT) go env GOROOT)/bin/gofmt"

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## run the main example: real flights, from JSON to SQLite
	go run ./examples/etl

.PHONY: demo-remote
demo-remote: ## run a producer and a consumer, in two processes with gRPC between them, for a moment
	@mkdir -p bin && go build -o bin/remote ./examples/remote
	@bin/remote -serve 127.0.0.1:7433 -n 2000 & producer=$$!; trap "kill $$producer" EXIT; \
	bin/remote -connect 127.0.0.1:7433 -ahead 200 -pause 500us -every 500ms

.PHONY: test
test: ## run the tests of every module
	$(call each,go test ./...)

.PHONY: test127
test127: ## the same under the newer Go, with the fluent methods
	$(call each,GOTOOLCHAIN=$(NEXT) go test ./...)

.PHONY: race
race: ## run the tests of the root module and the connectors under the race detector, shuffled
	go test -race -shuffle=on ./... ./connect/grpc/...

.PHONY: tck
tck: ## run the compliance kit, and conformance, under the race detector, COUNT=100 times
	go test -race -shuffle=on -cpu=1,2,8 -count=$(COUNT) -timeout=60m ./demand/tck
	go test -race -shuffle=on -cpu=1,2,8 -count=$(COUNT) -timeout=60m -run='KeepTheRules|WithAContextOfItsOwn|Conform' ./flow

.PHONY: bench
bench: ## run the benchmarks of the root module (BENCHTIME=1s)
	go test -run='^$$' -bench=. -benchmem -benchtime=$(BENCHTIME) ./...

.PHONY: bench-peers
bench-peers: ## compare with other libraries, in one table (PEERS='flags of cmd/peers')
	cd bench && GOWORK=off go run ./cmd/peers $(PEERS)

.PHONY: bench-edges
bench-edges: ## what an element costs where a flow meets others (BENCHTIME=1s)
	go test -run='^$$' -bench=Publisher -benchmem -benchtime=$(BENCHTIME) ./flow

.PHONY: bench-operators
bench-operators: ## measure every operator, and write docs/reference/speed.md (OPERATORS='flags of internal/opbench')
	go run ./internal/opbench -write docs/reference/speed.md $(OPERATORS)

.PHONY: fuzz
fuzz: ## fuzz every target for a short while (FUZZTIME=5s)
	@found=0; \
	for f in $$(grep -lrE --include='*_test.go' '^func Fuzz' . | sort); do \
		case $$f in ./bench/*|./examples/*) continue;; esac; \
		for t in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' $$f); do \
			found=1; echo "$$t in $$(dirname $$f)"; \
			go test -run="^$$t$$" -fuzz="^$$t$$" -fuzztime=$(FUZZTIME) $$(dirname $$f); \
		done; \
	done; \
	[ $$found = 1 ] || echo "no fuzz targets"

.PHONY: mutants
mutants: ## break the code in one place at a time; a test must notice (MUTANTS='-short')
	go run ./internal/mutants $(MUTANTS)

bin/staticcheck-$(STATICCHECK):
	@mkdir -p bin && rm -f bin/staticcheck-*
	GOWORK=off GOBIN=$(CURDIR)/bin go install honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK)
	@mv bin/staticcheck $@

bin/golangci-lint-$(GOLANGCI):
	@mkdir -p bin && rm -f bin/golangci-lint-*
	GOWORK=off GOBIN=$(CURDIR)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI)
	@mv bin/golangci-lint $@

.PHONY: tools
tools: bin/staticcheck-$(STATICCHECK) bin/golangci-lint-$(GOLANGCI) ## build the linters into bin/ (they stay out of go.mod)

.PHONY: vet
vet: ## go vet in every module
	$(call each,go vet ./...)

.PHONY: lint
lint: vet tools ## go vet, staticcheck and golangci-lint
	$(call each,{ bad=0; \
		$(CURDIR)/bin/staticcheck-$(STATICCHECK) ./... || bad=1; \
		$(CURDIR)/bin/golangci-lint-$(GOLANGCI) run --config $(CURDIR)/.golangci.yml ./... || bad=1; \
		exit $$bad; })

.PHONY: fmt
fmt: ## format every Go file
	@$(FIND) -not $(NEWER) -print0 | xargs -0 -r gofmt -w
	@$(FIND) $(NEWER) -print0 | xargs -0 -r $(GOFMT_NEXT) -w

.PHONY: fmt-check
fmt-check: ## fail if a Go file is not formatted
	@bad=$$( { $(FIND) -not $(NEWER) -print0 | xargs -0 -r gofmt -l; \
		$(FIND) $(NEWER) -print0 | xargs -0 -r $(GOFMT_NEXT) -l; } ); \
	if [ -n "$$bad" ]; then echo "not formatted, run make fmt:"; echo "$$bad"; exit 1; fi

.PHONY: cover
cover: ## write the coverage of the root module to out/cover.html
	@mkdir -p out
	go test -coverpkg=./... -coverprofile=out/cover.out ./...
	go tool cover -func=out/cover.out | tail -1
	go tool cover -html=out/cover.out -o out/cover.html

.PHONY: docs
docs: ## write docs/reference from the documentation in the code
	go run ./internal/docgen

.PHONY: docs-check
docs-check: ## check the documentation: generated pages, links, programs, quoted code
	go run ./internal/docgen -check
	go test -run='^TestDocs|^Example' . ./docs

.PHONY: download
download: ## download the modules, and the newer Go
	$(call each,go mod download)
	GOTOOLCHAIN=$(NEXT) go version

.PHONY: tidy
tidy: ## go mod tidy in every module
	$(call each,go mod tidy)

.PHONY: ci
ci: ## everything that CI runs
	bash .ci/run

.PHONY: clean
clean: ## remove what the other targets made
	rm -rf bin out examples/etl/out
