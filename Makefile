# `make` lists what there is to do. Arguments: make demo ARGS="--once --json"
PYTHON ?= python3
.DEFAULT_GOAL := help
.PHONY: help demo up test test-long check bench chaos contracts migration ready
MAKEFLAGS += --no-print-directory

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  Arguments go in ARGS: make demo ARGS="--once --json"'

demo up bench chaos contracts: ready
	@.venv/bin/inflytt $@ $(ARGS)

demo: ## the whole platform on this machine, with a scenario played through it
up: ## the same platform without the scenario, to try things by hand
bench: ## measurements, each as a ratio to its floor
chaos: ## kill -9 at random under load; count what got lost
contracts: ## JSON Schemas and the table of events, from the code

test: ready ## all tests but the long ones, on real Kafka and PostgreSQL
	@.venv/bin/pytest $(ARGS)

test-long: ready ## what takes longer: simulations, many kills, planted bugs
	@.venv/bin/pytest -m long $(ARGS)

check: ready ## lint, format, types, import rules
	@echo "lint";    .venv/bin/ruff check --quiet .
	@echo "format";  .venv/bin/ruff format --quiet --check .
	@echo "types";   .venv/bin/mypy --no-error-summary services deploy
	@echo "imports"; .venv/bin/lint-imports --no-logo > run/imports.log || { cat run/imports.log; exit 1; }

migration: ready ## a new migration: make migration ARGS="intake 'what it adds'"
	@.venv/bin/python -m chassis.migrate new $(ARGS)

ready:
	@$(PYTHON) deploy/bootstrap.py
