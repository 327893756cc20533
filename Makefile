# Every verb of the house; `make` alone lists them.
SHELL := /bin/bash
PYTHON ?= python3
SHOP ?= sample
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/.spark
TOOLS := .tools
export ENISHI_SHOP := $(SHOP)
export DAGSTER_HOME ?=
export DO_NOT_TRACK := 1
export GX_ANALYTICS_ENABLED := False
# Imports are slow unless Python may keep the bytecode that the installation compiled.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run dev check-source test test-slow bench lint format docs lock clean

help: ## List the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed: set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "Enishi runs on Python 3.11 to 3.13; set PYTHON=python3.12, for example"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	@touch $@

run: $(READY) ## Set up, fill the landing zone and run the whole job (SHOP=sample or online_retail)
	$(BIN)/enishi run

dev: $(READY) ## Open the Dagster UI on http://localhost:3000
	$(BIN)/enishi prepare
	$(BIN)/dagster dev

check-source: $(READY) ## Try a mapping on a file before using it (MAPPING=… FILE=…)
	$(BIN)/enishi check-source "$(MAPPING)" "$(FILE)"

test: $(READY) ## Set up and run the tests
	$(BIN)/python -m pytest -m "not slow" --numprocesses auto --dist loadfile --no-loadscope-reorder

test-slow: $(READY) $(SPARK) ## The proofs that take minutes
	$(BIN)/python -m pytest -m slow

bench: $(READY) ## Measure the build against hand-written SQL and its growth, the keys of ingest, and sending
	$(BIN)/python -m tests.benchmarks.run
	$(BIN)/python -m tests.benchmarks.growth
	$(BIN)/python -m tests.benchmarks.normalise
	$(BIN)/python -m tests.benchmarks.sending

lint: $(READY) $(TOOLS)/.ready ## What CI checks beside the tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/enishi prepare
	$(BIN)/enishi dbt-env -- $(BIN)/sqlfluff lint --config dbt_project/.sqlfluff dbt_project/models dbt_project/tests
	$(BIN)/enishi dbt-env -- $(TOOLS)/bin/dbt-bouncer run --config-file dbt_project/dbt-bouncer.yml

# dbt-bouncer caps duckdb, so it lives in an environment of its own.
$(TOOLS)/.ready:
	@test -x $(TOOLS)/bin/python || $(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/lint-tools.lock
	@touch $@

# Spark is larger than everything else together, and only the slow proofs ask for it.
$(SPARK): deploy/spark.lock $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r deploy/spark.lock
	@touch $@

format: $(READY) ## Format Python and SQL
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .
	$(BIN)/enishi dbt-env -- $(BIN)/sqlfluff fix --quiet --config dbt_project/.sqlfluff dbt_project/models dbt_project/tests

docs: $(READY) ## Take the pictures in docs/ anew from the real pages
	$(BIN)/python -m docs.pictures

RESOLVE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-annotate --no-header --quiet

lock: ## Resolve requirements.lock, the image's part of it and what Spark adds anew (needs uv)
	$(RESOLVE) --extra dev --output-file requirements.lock
	$(RESOLVE) --extra deploy --constraint requirements.lock --output-file deploy/image.lock
	$(RESOLVE) --extra spark --constraint requirements.lock --output-file deploy/spark.lock

clean: ## Remove everything that running made, and the environment
	rm -rf var $(VENV) $(TOOLS) dbt_project/target dbt_project/logs logs storage
