# alignd. `make` alone says what there is to make.
#
# Needed on the machine: Go, make and a C compiler (go-sqlite3 is SQLite's C code, compiled by cgo).
# Everything else comes through go.mod and tools/go.mod. The tests of the page that `alignd report`
# makes want a browser and axe-core too: `test` gets them where it can, else those tests are skipped.

GO    ?= go
TOOL  := $(GO) tool -modfile=tools/go.mod
TESTS := bin/tests.json
AXE   := bin/axe/node_modules/axe-core/axe.min.js
KILLS ?= 1000
APT := -qq -o Acquire::Retries=0 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o DPkg::Lock::Timeout=60

# A machine's CGO_ENABLED=0 would build a program that cannot open its database.
export CGO_ENABLED = 1

.DEFAULT_GOAL := help
.PHONY: help demo build test sim crash docs bench fmt lint vet clean compiler browser

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: build ## the whole thing on built-in trackers: no account, no network
	@bin/alignd demo

build: compiler ## bin/alignd
	$(GO) build -o bin/alignd ./cmd/alignd

# The last line is `N passed, N failed, N skipped`, counted from the tests' own report. The timeout is
# for machines with other work; a test that waits for something gives up long before.
test: lint vet browser $(AXE) ## lint, vet and every test with the race detector
	@mkdir -p bin ; rm -f $(TESTS)
	@$(TOOL) gotestsum --format=pkgname --format-hide-empty-pkg --hide-summary=skipped --jsonfile=$(TESTS) -- \
		-race -timeout 20m ./... ; \
	status=$$? ; $(GO) test -run '^(TestLives|TestMonth)$$' ./internal/life || status=1 ; awk -f tools/count.awk $(TESTS) ; exit $$status

# `make test` does the same with fewer lives; KILLS and SEED choose others.
crash: compiler ## kill -9 the real program in 1,000 lives, over real HTTP: nothing said twice, nothing lost
	@mkdir -p bin ; KILLS=$(KILLS) $(GO) test ./cmd/alignd -run '^TestKilledPass$$' -count=1 -v -timeout 60m >bin/crash.out 2>&1 ; \
	status=$$? ; grep -Ev '^ *(===|--- PASS)' bin/crash.out ; exit $$status

docs: compiler ## write the tables of docs/config.md from the keys of the config file
	$(GO) test ./config -run '^TestDocs$$' -update

# What cannot be had is no reason to stop: the tests that miss it are skipped and say so. Without a
# network that is known within a minute.
browser:
	@for b in chromium chromium-browser google-chrome google-chrome-stable; do command -v $$b >/dev/null 2>&1 && exit 0 ; done ; \
	if [ "$$(id -u)" = 0 ]; then as= ; elif sudo -n true 2>/dev/null; then as='sudo -n' ; else as=no ; fi ; \
	if [ "$$as" != no ] && command -v apt-get >/dev/null 2>&1; then \
		echo 'alignd: installing Chromium for the tests of the report page' ; \
		$$as apt-get $(APT) update && $$as env DEBIAN_FRONTEND=noninteractive apt-get $(APT) -y --no-install-recommends install chromium >/dev/null && exit 0 ; \
	fi ; \
	echo 'alignd: there is no Chromium, so the tests that look at the report page in a browser are skipped. Install it: apt-get install chromium' >&2

# axe-core finds what keeps people from reading a page. It is a file that a test runs in the browser.
$(AXE):
	@npm install --silent --fetch-retries=1 --fetch-timeout=20000 --prefix bin/axe --no-save --no-audit --no-fund --ignore-scripts axe-core@4.14.1 >/dev/null 2>&1 || \
		echo 'alignd: there is no npm, or it could not get axe-core, so the test of who can read the report page is skipped' >&2

# SEED=n LIVES=1 lives one again. Go's own cache must not answer for it.
LIVES ?= 10000
SEED  ?= 1
sim: compiler ## LIVES random lives (10,000) from SEED on, held against what alignd promises
	LIVES=$(LIVES) SEED=$(SEED) $(GO) test -count=1 -timeout 30m -v -run '^(TestLives|TestSeededFaults|TestMonth)$$' ./internal/life | \
		awk '/^ *--- FAIL|^(FAIL|ok|panic)|_test.go|^        / { print } /^FAIL|^panic/ { bad = 1 } END { exit bad }'

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
