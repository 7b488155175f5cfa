# Ringproof. Bare `make` prints what there is.

GO    ?= go
LINT   = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
SOURCE = $(shell find . -name '*.go' -o -name '*.feature' -o -name '*.tmpl' -o -name '*.css' -o -name 'demo.yaml') go.mod go.sum

# The race detector of Go 1.26 aborts now and then in the thousands of bubbles of
# package steps (CHECK failed in its own tsan_rtl.cpp): that one runs without.
RACED  = $(shell $(GO) list ./... | grep -v '/steps$$')

.PHONY: help
help: ## print this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

ringproof: $(SOURCE)
	$(GO) build -o $@ ./cmd/ringproof

.PHONY: build demo test bench interop starved matrix lint fmt
build: ringproof ## build ./ringproof

demo: ringproof ## run the acceptance suite on the bundled switch and write ./ringproof-report
	./ringproof demo

test: ## install what the tests need, where that is allowed, and run them all, with the race detector too
	.ci/setup
	$(GO) vet ./...
	$(GO) test ./steps
	$(GO) test -race -timeout 20m $(RACED)
	@.ci/setup --report

bench: ## time the load engine against SIPp, in pairs
	$(GO) run ./examples/performance

interop: ## run the suite against real systems, as they are and broken on purpose, and print a page of it
	.ci/setup
	$(GO) run ./examples/interop

starved: ## show that a load generator which had too little of its machine says so
	$(GO) run ./examples/performance -only starved

matrix: ringproof ## run the suite against each defect of the bundled switch
	./ringproof defects --matrix

lint: ## run the linters
	$(LINT) run ./...

fmt: ## format the code
	$(LINT) fmt ./...
