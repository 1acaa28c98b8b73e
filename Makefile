# The verbs of this project. What they install stays in this folder: .venv (the tap and what tests
# it), .tools (uv where there is none, and an environment for each folder of tools/) and .meltano
# (the tap and the loaders as Meltano runs them). After the first time they need no network.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

UV := $(shell command -v uv 2>/dev/null)
ifeq ($(UV),)
UV := $(CURDIR)/.tools/uv/bin/uv
BOOTSTRAP := $(UV)
export UV_CACHE_DIR ?= $(CURDIR)/.tools/cache
endif
export UV_PYTHON_INSTALL_DIR ?= $(CURDIR)/.tools/python
export PATH := $(dir $(UV)):$(PATH)
# Without these every start of a command compiles what it loads anew.
export UV_COMPILE_BYTECODE := 1
unexport PYTHONDONTWRITEBYTECODE VIRTUAL_ENV PYTHONPATH PYTHONHOME UV_PROJECT UV_PROJECT_ENVIRONMENT

BIN := .venv/bin
TAP := .venv/.made
MELTANO := .tools/meltano/.made
DBT := .tools/dbt/.made
DOCS := .tools/docs/.made
PLUGINS := .meltano/made
RECONCILIATION := $(PLUGINS)/reconciliation
LOADERS := $(addprefix $(PLUGINS)/,target-jsonl target-duckdb target-postgres)
LOADERS += $(patsubst %,.tools/loaders/%/.made,avro csv sqlite)

AIRFLOW := .tools/airflow/.made
PYAIRBYTE := .tools/pyairbyte/.made
SINGER := .tools/singer/.made
HOURS := .tools/hours/.made

.PHONY: help demo test unit hours soak lint format generate docs query warehouse look airbyte airflow batch bench dist clean

help:  ## show this
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1|\2/' | awk -F'|' '{printf "%-16s%s\n", $$1, $$2}'

demo: $(PLUGINS)/tap-payments $(PLUGINS)/target-duckdb $(DBT)  ## all providers' payments into DuckDB, twice; no account needed
	@.tools/meltano/bin/python tools/demo.py

test: lint $(PLUGINS)/tap-payments $(LOADERS) $(RECONCILIATION) $(DBT) $(DOCS) $(SINGER)  ## everything: lint, unit tests, Meltano, six loaders
	@$(BIN)/pytest

unit: $(TAP)  ## the tests that need no Meltano
	@$(BIN)/pytest -m "not e2e"

hours: $(TAP) $(HOURS)  ## the tests that touch time, at eight hours and dates; TESTS=, AT= for some
	@.tools/hours/bin/python tools/hours/run.py $(TESTS)

soak: $(TAP)  ## hundreds of runs with faults and deaths, and much more chance in the property tests
	@CHAOS=$${CHAOS:-80} $(BIN)/pytest tests/command/state/test_chaos.py
	@$(BIN)/pytest tests/rows tests/tables tests/windows tests/streams tests/reports --hypothesis-profile=soak

airbyte: $(TAP) $(PYAIRBYTE)  ## PyAirbyte reads the source twice, and Airbyte's own source tests
	@cd tests/pyairbyte && PATH="$(CURDIR)/$(BIN):$$PATH" $(CURDIR)/.tools/pyairbyte/bin/python -m pytest

airflow: $(TAP) $(AIRFLOW) $(PLUGINS)/tap-payments $(PLUGINS)/target-postgres  ## the example DAG on a real Airflow with PostgreSQL
	@$(BIN)/pytest tests/airflow/check_backfill_dag.py

batch: $(TAP) $(MELTANO)  ## all providers as Arrow files through Meltano's own target-postgres; TARGET=its folder
	@test -f "$$TARGET/pyproject.toml" || { echo "Where is it? make batch TARGET=path, of a checkout of meltano/meltano-target-postgres"; exit 1; }
	@$(UV) venv --quiet --clear --python $(BIN)/python .tools/batch
	@$(UV) pip install --quiet --python .tools/batch/bin/python "$$TARGET"
	@$(BIN)/pytest tests/batch/check_target_postgres.py

bench: $(BOOTSTRAP)  ## CPU, memory and time against its rivals; BENCH="--quick" or "--only flat"
	@benchmarks/run $(BENCH)

lint: $(TAP)  ## style, types, imports, dependencies, generated files
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet || { echo "Not formatted: run 'make format'"; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry .
	@$(BIN)/python tools/generate.py --check
	@$(BIN)/zizmor --offline --quiet --no-progress .github

format: $(TAP)  ## let ruff mend what it can
	@$(BIN)/ruff check --quiet --fix
	@$(BIN)/ruff format

generate: $(TAP)  ## write from the code what it says: README tables, meltano.yml, docs, Hub file, catalogs
	@$(BIN)/python tools/generate.py

docs: $(DOCS)  ## build the documentation site, build/site/index.html
	@.tools/docs/bin/zensical build --strict --clean

query: $(MELTANO)  ## SQL="select ..." on the newest demo's database, or on DB=file
	@test -n "$$SQL" || { echo 'Which? make query SQL="select ..."'; exit 1; }
	@db="$${DB:-$$(ls -t output/demo/*/payments.duckdb 2>/dev/null | head -n 1)}"; \
	test -n "$$db" || { echo "There is no database yet: make demo"; exit 1; }; \
	.tools/meltano/bin/python tools/query.py "$$db" "$$SQL"

warehouse: $(DBT)  ## build and test the models of transform/ on the newest demo's database, or on DB=file
	@db="$${DB:-$$(ls -t output/demo/*/payments.duckdb 2>/dev/null | head -n 1)}"; \
	test -n "$$db" || { echo "There is no database yet: make demo"; exit 1; }; \
	.tools/dbt/bin/python tools/warehouse.py "$$db"
look:  ## the newest demo's reconciliation.html, or PAGE=file, as people see it: needs chromium, poppler-utils
	@page="$${PAGE:-$$(ls -t output/demo/*/reconciliation.html 2>/dev/null | head -n 1)}"; \
	test -n "$$page" || { echo "There is no page yet: make demo"; exit 1; }; \
	python3 tools/look.py "$$page" build/look
export AT DB PAGE SQL TARGET

dist: $(TAP)  ## build the wheel and the sdist, and run the wheel by itself
	@rm -rf dist
	@$(UV) build --quiet
	@said=$$($(UV) run --quiet --isolated --no-project --with dist/*.whl tap-payments --discover 2>&1) || { echo "$$said"; exit 1; }
	@ls dist

clean:  ## remove all that was installed and written here
	@rm -rf .venv .tools .meltano .cache .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist
	@rm -rf output/demo

# What the verbs need

$(TAP): pyproject.toml uv.lock $(BOOTSTRAP)
	@echo "Installing the tap and its tools ..."
	@$(UV) sync --locked --quiet
	@touch $@

# UV_PYTHON, where somebody sets it, is the tap's: not every tool is there for the newest Python.
.tools/%/.made: tools/%/pyproject.toml tools/%/uv.lock $(BOOTSTRAP)
	@echo "Installing $* ..."
	@unset UV_PYTHON; UV_PROJECT_ENVIRONMENT=$(CURDIR)/.tools/$* $(UV) sync --project tools/$* --locked --quiet
	@touch $@

# An environment for each loader: what they pin does not go together.
.tools/loaders/%/.made: tools/loaders/pyproject.toml tools/loaders/uv.lock $(BOOTSTRAP)
	@echo "Installing target-$* ..."
	@unset UV_PYTHON; UV_PROJECT_ENVIRONMENT=$(CURDIR)/.tools/loaders/$* $(UV) sync --project tools/loaders --only-group $* --locked --quiet
	@touch $@

# Meltano's log is shown only where it failed.
$(PLUGINS)/%: meltano.yml $(MELTANO)
	@echo "Installing $* ..."
	@mkdir -p $(@D)
	@XDG_STATE_HOME=$(CURDIR)/.tools/state .tools/meltano/bin/meltano install $* >$@.log 2>&1 || { cat $@.log; exit 1; }
	@touch $@
$(PLUGINS)/tap-payments: pyproject.toml

ifneq ($(BOOTSTRAP),)
$(BOOTSTRAP):
	@echo "Installing uv ..."
	@python3 -m venv .tools/uv || { echo "python3 has no working venv module; install it, or uv: https://docs.astral.sh/uv"; exit 1; }
	@.tools/uv/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir 'uv>=0.7'
endif
