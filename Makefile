# The front door: what a person types. Each target calls Meson, Ninja or a
# script; the build itself is described in meson.build.

PREFIX  ?= /usr/local
DESTDIR ?=
T       ?= 60
CYCLES  ?= 10000

.DEFAULT_GOAL := help
.PHONY: help deps venvs build run demo check check-all lint fuzz bench bench-python bench-flask \
	bench-server example-flask soak install uninstall format clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{ printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

deps: ## Install what building and checking need.
	@tools/install-deps build check server server-check

build: ## Build programs into build/bin and the library into build/lib.
	@tools/install-deps build server
	@tools/build plain

run: build ## Start lanyardd, the session server, and say what to paste.
	@tools/run

demo: build ## Walk through the tutorial: make, read and refuse tokens.
	@tools/demo

# What the Python tests need is installed before they are timed. Where that fails, they say why.
venvs: deps
	@bindings/python/tests/run venv || :
	@tests/flask/venv >/dev/null || :

check: deps venvs ## Run every test that fits in three minutes, lint included.
	@tools/build plain -Dtests=true
	@tools/build asan
	@tools/build fuzz
	@tests/run --level check

check-all: deps venvs ## Run all tests (under an hour).
	@tools/install-deps check-all
	@tools/build plain -Dtests=true
	@tools/build asan
	@tools/build tsan
	@tools/build fuzz
	@tests/run --level check-all

soak: deps ## Kill and check a running lanyardd CYCLES=10000 times a store, for hours.
	@tools/install-deps server server-check
	@tools/build plain
	@tests/server/proof/run --cycles $(CYCLES) crashes
	@tests/server/with-postgres tests/server/proof/run --cycles $(CYCLES) crashes

lint: deps ## Judge form: format, layers, sizes, banned calls, ABI, docs.
	@tools/build plain
	@tools/lint

fuzz: deps ## Run each fuzzer for T=60 seconds.
	@tools/build fuzz
	@tests/fuzz/run --seconds $(T)

bench-server: deps ## Measure lanyardd beside nginx, the bare store and bare Argon2id.
	@tools/install-deps server server-check bench-server
	@tools/build plain -Dtests=true
	@bench/server/run
	@tests/server/with-postgres bench/server/run refresh

bench: build ## Measure the library against the bare primitives, and against peers.
	@tools/build plain -Dpeers=true
	@build/bin/lanyard-bench
	@build/plain/bench/peers/lanyard-bench-peers

example-flask: build ## Run the Flask example; SESSIONS=embedded does without lanyardd.
	@tools/install-deps server-check
	@examples/flask-tutorial/start $(SESSIONS)

bench-flask: build ## Measure a protected view beside Flask-JWT-Extended's.
	@tests/flask/venv >/dev/null
	@bench/flask/run

bench-python: build ## Measure lanyard.jwt beside PyJWT and pyjwt-rs.
	@tools/install-deps check
	@bindings/python/bench/run

install: build ## Install under PREFIX=/usr/local; DESTDIR is honored.
	@tools/build install "$(abspath $(PREFIX))" "$(DESTDIR)"

uninstall: ## Remove what install put under PREFIX.
	@tools/build uninstall "$(abspath $(PREFIX))" "$(DESTDIR)"

format: ## Rewrite the C files as clang-format wants them.
	@tools/check-format --write

clean: ## Remove build/.
	@rm -rf build
