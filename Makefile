# Tidemark. Every target runs on Node 24, which npm brings: any machine with npm will do.
SHELL := /bin/sh
export PATH := $(CURDIR)/node_modules/.bin:$(CURDIR)/.tools/bin:$(PATH)

# `make demo RESET=1 STORES=3` reaches the demo as environment.
export COUCHDB_URL NATS_URL STORES PORT_BASE DATA_DIR RESET CHROMIUM

.DEFAULT_GOAL := help
.PHONY: help setup check test test-long smoke bench bench-services bench-terminal demo screenshots format clean
MAKEFLAGS += --no-print-directory

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  COUCHDB_URL, NATS_URL, STORES (1-9), PORT_BASE, DATA_DIR and RESET=1 change what demo does, for example:'
	@echo '  make demo STORES=3 RESET=1'

setup: ## install and build what is missing: npm packages, nats-server, chromium, the terminal, the console
	@sh tools/setup.sh packages nats chromium terminal console

check: ## format, lint, types, unused code, arrows between folders
	@sh tools/setup.sh packages
	@node tools/run-checks.ts

test: ## everything: setup, checks, unit and integration tests, smoke
	@sh tools/setup.sh packages nats chromium terminal console
	@node tools/run-tests.ts

test-long: ## test, then 200 kills of a writing store and the smoke ten times in a row
	@sh tools/setup.sh packages nats chromium terminal console
	@node tools/run-tests.ts --long

smoke: ## the whole system in a temporary folder, driven through a real browser
	@sh tools/setup.sh packages nats chromium terminal console
	@node tests/e2e/smoke.ts

bench: ## how fast the hub is beside PouchDB over LevelDB, a floor, and CouchDB where COUCHDB_URL is set
	@sh tools/setup.sh packages
	@node store-hub/bench/main.ts

bench-services: ## how fast the services take in a backlog and answer, and the memory that they take
	@sh tools/setup.sh packages nats
	@node tests/bench/services.ts

bench-terminal: ## how quick the till is in a real browser, on a hub with 10,000 products
	@sh tools/setup.sh packages nats chromium terminal
	@node tests/bench/till/terminal.ts

demo: ## the whole system on this machine, until Ctrl-C; the demo page shows it
	@sh tools/setup.sh packages nats terminal console
	@exec node demo/src/main.ts

screenshots: ## take the pictures of the README anew
	@sh tools/setup.sh packages nats chromium terminal console
	@node tests/e2e/screenshots.ts

format: ## write every file in the common format
	@sh tools/setup.sh packages
	@prettier --write --log-level warn .

clean: ## remove what was built and the demo's data; npm packages and tools stay
	rm -rf terminal-ui/dist head-office-console/dist .data coverage test-results
