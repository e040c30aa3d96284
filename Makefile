# Sealmeet: `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build check demo screenshots test test-unit test-module test-e2e test-hostile test-compose test-sim \
  env up down logs upgrade backup doctor verify dist

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing (Debian packages, npm packages) and say what is done
	@scripts/setup.sh

build: ## build the plugin into dist/ (in a container where Node.js is missing)
	@scripts/deploy/build.sh

check: setup ## types, lint, formatting
	@npm run --silent check

demo: setup build ## a sealed call of three browsers on this machine (ONCE=1 REPORT=demo.json PORT=8080 TLS_CERT=… TLS_KEY=…)
	@node --import tsx test/demo/main.ts $(if $(ONCE),--once) $(if $(REPORT),--report $(REPORT)) $(if $(PICTURE),--picture $(PICTURE)) \
	  $(if $(PORT),--port $(PORT)) $(if $(TLS_CERT),--tls-cert $(TLS_CERT)) $(if $(TLS_KEY),--tls-key $(TLS_KEY))

screenshots: setup ## a picture of every state of the interface into docs/screenshots/
	@node --import tsx test/unit/ui/screenshots.ts docs/screenshots

test: check test-unit test-sim test-module test-e2e test-hostile test-compose ## everything

test-unit: setup build ## what is pure, and the parts of the embedded stack
	@TEST_SUITE=unit node --import tsx --test --test-concurrency=1 --test-reporter=./test/reporter.mjs $$(find test/unit -name '*.test.ts' | sort)

test-sim: setup ## simulated meetings of 100 members on a bad and on a hostile network: no promise may be broken
	@npm run --silent sim -- --members 100 --active 10 --scenario storm --events 300 --seed $(or $(SEEDS),1-5) --json
	@npm run --silent sim -- --members 100 --active 10 --scenario hostile --events 100 --seed 1-2 --json

test-module: setup ## the Prosody module on real Prosody servers, 0.12 and 13 (PROSODY=12: that one alone)
	@test/module/run.sh $(PROSODY)

test-e2e: setup build ## whole calls in browsers on the embedded stack
	@TEST_SUITE=e2e node --import tsx --test --test-concurrency=1 --test-reporter=./test/reporter.mjs $$(find test/e2e -name '*.test.ts' | sort)

test-hostile: setup build ## a server and a bridge that attack whole calls
	@TEST_SUITE=hostile node --import tsx --test --test-concurrency=1 --test-reporter=./test/reporter.mjs $$(find test/hostile -name '*.test.ts' | sort)

test-compose: setup build ## docker-compose.yml and the packages for Debian, on stand-ins for Jitsi's images, with a call in browsers
	@node --import tsx test/compose/prepare.ts
	@TEST_SUITE=compose node --import tsx --test --test-concurrency=1 --test-reporter=./test/reporter.mjs $$(find test/compose -name '*.test.ts' | sort)

env: ## write .env with secrets of its own, once (PUBLIC_URL=https://… ADDRESS=… EMAIL=…)
	@PUBLIC_URL='$(PUBLIC_URL)' ADDRESS='$(ADDRESS)' EMAIL='$(EMAIL)' scripts/deploy/env.sh

up: ## settings, plugin, images, start, and a look from outside: a running server
	@scripts/deploy/up.sh

down: ## stop the server; accounts and certificates stay
	@scripts/deploy/down.sh

logs: ## what the services say, as it comes (SERVICE=prosody: that one alone)
	@docker compose logs --follow --tail 100 $(SERVICE)

upgrade: ## after git pull: the plugin and the images of this release in place of those that run
	@scripts/deploy/upgrade.sh

backup: ## settings, accounts and certificates into backups/
	@scripts/deploy/backup.sh

doctor: ## what a call needs, what is wrong with it, and what to do
	@scripts/deploy/doctor.sh

verify: ## compare what a server serves with the plugin built from here (URL=https://… INSECURE=1: any certificate)
	@URL='$(URL)' INSECURE='$(INSECURE)' scripts/deploy/verify.sh

dist: build ## plugin, module and configuration for a Jitsi from Debian packages: dist/sealmeet-VERSION.tar.gz
	@scripts/deploy/dist.sh
