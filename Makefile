# Sealmeet: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build check demo screenshots test test-unit test-module test-e2e

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing (Debian packages, npm packages) and say what is done
	@scripts/setup.sh

build: setup ## build the plugin into dist/
	@npm run --silent build

check: setup ## types, lint, formatting
	@npm run --silent check

demo: build ## a sealed call of three browsers on this machine (ONCE=1 REPORT=demo.json PORT=8080 TLS_CERT=… TLS_KEY=…)
	@node --import tsx test/demo/main.ts $(if $(ONCE),--once) $(if $(REPORT),--report $(REPORT)) $(if $(PICTURE),--picture $(PICTURE)) \
	  $(if $(PORT),--port $(PORT)) $(if $(TLS_CERT),--tls-cert $(TLS_CERT)) $(if $(TLS_KEY),--tls-key $(TLS_KEY))

screenshots: setup ## a picture of every state of the interface into docs/screenshots/
	@node --import tsx test/unit/ui/screenshots.ts docs/screenshots

test: check test-unit test-module test-e2e ## everything

test-unit: build ## what is pure, and the parts of the embedded stack
	@TEST_SUITE=unit node --import tsx --test --test-concurrency=1 --test-reporter=./test/reporter.mjs $$(find test/unit -name '*.test.ts' | sort)

test-module: setup ## the Prosody module on real Prosody servers, 0.12 and 13 (PROSODY=12: that one alone)
	@test/module/run.sh $(PROSODY)

test-e2e: build ## whole calls in browsers on the embedded stack
	@TEST_SUITE=e2e node --import tsx --test --test-concurrency=1 --test-reporter=./test/reporter.mjs $$(find test/e2e -name '*.test.ts' | sort)
