# alignd. `make` alone says what there is to make.
#
# Needed on the machine: Go, make and a C compiler (go-sqlite3 is SQLite's C code, compiled by cgo).
# Everything else comes through go.mod and tools/go.mod. No test needs a system package: one that
# comes to need it is installed here, before `test`.

GO    ?= go
TOOL  := $(GO) tool -modfile=tools/go.mod
TESTS := bin/tests.json

# A machine's CGO_ENABLED=0 would build a program that cannot open its database.
export CGO_ENABLED = 1

.DEFAULT_GOAL := help
.PHONY: help demo build test bench fmt lint vet clean compiler

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## the whole thing on built-in trackers: no account, no network
	@bin/alignd demo

build: compiler ## bin/alignd
	$(GO) build -o bin/alignd ./cmd/alignd

# The last line is `N passed, N failed, N skipped`, counted from the tests' own report.
test: lint vet ## lint, vet and every test with the race detector
	@mkdir -p bin ; rm -f $(TESTS)
	@$(TOOL) gotestsum --format=pkgname --format-hide-empty-pkg --hide-summary=skipped --jsonfile=$(TESTS) -- \
		-race -timeout 10m ./... ; \
	status=$$? ; awk -f tools/count.awk $(TESTS) ; exit $$status

bench: compiler ## every benchmark, with its allocations
	$(GO) test -run '^$$' -bench . -benchmem ./...

fmt: ## format the Go files in place
	$(TOOL) gofumpt -w .

lint: compiler ## format and lint, changing nothing (the first time compiles the linter: minutes)
	@unformatted=$$($(TOOL) gofumpt -l .) || exit 1 ; if [ -n "$$unformatted" ]; then \
		printf 'not formatted (make fmt does it):\n%s\n' "$$unformatted" ; exit 1 ; fi
	$(TOOL) golangci-lint run

vet: compiler
	$(GO) vet ./...

clean: ## remove what was built
	rm -rf bin

# Without this check the first sign of a missing compiler is cgo's own, which names no cure.
compiler:
	@command -v $(GO) >/dev/null 2>&1 || { \
		echo 'alignd: there is no `$(GO)` on the PATH. Install Go: https://go.dev/doc/install' >&2 ; exit 1 ; }
	@cc=$$($(GO) env CC) ; cc=$${cc%% *} ; command -v "$$cc" >/dev/null 2>&1 || { \
		echo "alignd: there is no C compiler: go env CC names $$cc, which is not on the PATH." ; \
		echo 'go-sqlite3, which keeps alignd'"'"'s database, is C code and needs cgo. Install a compiler:' ; \
		echo '  Debian, Ubuntu  apt-get install gcc libc6-dev' ; \
		echo '  Alpine          apk add build-base' ; \
		echo '  macOS           xcode-select --install' ; \
		echo 'or name another one: make CC=clang' ; exit 1 ; } >&2
