# Each target only calls python -m ccg …; use that where there is no make.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
  BIN := Scripts
else
  BIN := bin
endif
PY := .venv/$(BIN)/python
READY := .venv/.installed
ENGINES := .venv-engines/.installed
BROWSER := .venv-browser/.installed
SITE := .venv-site/.installed
# processes for the slow tests and those of the browser; the gate, which does several steps at once, gives the latter fewer
WORKERS ?= 2

# some machines have Python keep no bytecode: then every process compiles package and tests anew, a fifth of make test
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help figures test test-cold test-slow test-engines test-browser test-wheel test-lowest lint check refresh lab app site bench mutate clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "make %-12s %s\n", $$1, $$2}'

figures: $(READY) ## run every notebook and write its figures
	@$(PY) -m ccg figures

test: $(READY) ## strict nbval over every notebook, and the unit tests but for the slow
	@$(PY) -m ccg test

test-cold: $(READY) ## strict nbval alone, every kernel started from nothing, as other programs start it
	@$(PY) -m ccg test --cold

test-slow: $(READY) ## laws on many made-up cases, simulations, faults of whole runs, and what else takes long
	@$(PY) -m pytest -q -p no:nbval -n $(WORKERS) --dist worksteal -m slow tests

test-engines: $(ENGINES) ## re-basing on Dask and PySpark too, in an environment of its own (needs Java)
	@.venv-engines/$(BIN)/python -m pytest -q tests/engines

test-browser: $(BROWSER) site ## every notebook in a real JupyterLab, the site and the explorer (needs Chromium)
	@.venv-browser/$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadfile --durations=10 tests/browser

test-wheel: $(READY) ## the wheel in an environment that holds nothing else, and that the sdist makes the same
	@$(PY) -m pytest -q -p no:nbval tests/wheel

# resolved anew each time: what is asked for at the lowest version allowed, what that needs at the newest
LOWEST := tests/core tests/suite/test_commands.py
test-lowest: ## looking up and re-basing with the lowest versions allowed, on Python 3.11 (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "make test-lowest needs uv: python -m pip install uv"; exit 1; }
	@uv venv --quiet --clear --python 3.11 .venv-lowest
	@uv pip install --quiet --resolution lowest-direct --python .venv-lowest/$(BIN)/python -e ".[test]"
	@.venv-lowest/$(BIN)/python -m pytest -q -p no:nbval -n 2 --dist worksteal $(LOWEST)

# the two that no lock holds run by themselves, at these versions
lint: $(READY) ## style, types of the core, and whether what is imported is asked for (needs uv)
	@command -v uv >/dev/null 2>&1 || { echo "make lint needs uv: python -m pip install uv"; exit 1; }
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .
	@uv tool run --quiet --python 3.11 --with pandas-stubs==3.1.0.261029 --with narwhals==2.29.0 mypy==2.4.1
	@uv tool run --quiet --python 3.11 deptry==0.25.1 notebooks

check: $(READY) ## validate every table
	@$(PY) -m ccg check

refresh: $(READY) ## after a deliberate change: run the notebooks in place, write figures and codebook
	@$(PY) -m ccg refresh

lab: $(READY) ## open JupyterLab on the notebooks
	@$(PY) -m ccg lab

app: $(READY) ## open the explorer: the life of any CCG or board
	@$(PY) -m ccg app

site: $(SITE) ## make the static site in docs/_build/html (a minute or two); it works from the folder, without a server
	@.venv-site/$(BIN)/python -m ccg site

bench: $(READY) ## time re-basing and the notebooks against what there is besides (half an hour)
	@$(PY) -m ccg bench

mutate: $(READY) ## change a cell, a row, a table, code or an output, call wrongly, kill: what is caught (some hours; SEED=2)
	@$(PY) tests/core/mutate_tables.py --number 400 --seed $(or $(SEED),1)
	@$(PY) tests/mutate_code.py --number 300 --seed $(or $(SEED),1)
	@$(PY) tests/mutate_notebooks.py --number 60 --seed $(or $(SEED),1)
	@$(PY) tests/charts/mutate_numbers.py tables
	@$(PY) tests/charts/mutate_numbers.py words
	@$(PY) tests/bad_calls.py --number 600 --seed $(or $(SEED),1)
	@$(PY) tests/kills.py --number 100 --seed $(or $(SEED),1)

clean: ## remove the environment and caches
	rm -rf .venv .venv-engines .venv-browser .venv-lowest .venv-site docs/_build .cache .pytest_cache .ruff_cache .mypy_cache .hypothesis dist

PIP := -m pip install --quiet --disable-pip-version-check
WHERE := -c "import sysconfig; print(sysconfig.get_path('purelib'))"

# The environment $(1) from the lock $(2), which is whole (so --no-deps: nothing is left to work out), by uv where it
# is there and works, else by pip. Bytecode is compiled, on every core, so that kernels start fast; not that of tests
define environment
	@echo "making $(1) from $(2)"
	@{ command -v uv >/dev/null 2>&1 && $(call by_uv,$(1),$(2),$(3)) ; } || { $(call by_pip,$(1),$(2),$(3)) ; }
	@$(1)/$(BIN)/python -m compileall -qq -j 0 -x '[\\/]tests?[\\/]' "$$($(1)/$(BIN)/python $(WHERE))" notebooks || true
	@touch $@
endef

by_uv = $(if $(3),$(call copy_of_venv,$(1),--without-pip),uv venv --quiet --clear --python "$(PYTHON)" $(1)) && \
  uv pip sync --quiet --require-hashes --python $(1)/$(BIN)/python $(2) && \
  uv pip install --quiet --no-deps --no-build-isolation --python $(1)/$(BIN)/python -e .
by_pip = $(if $(3),$(call copy_of_venv,$(1)),"$(PYTHON)" -m venv --clear $(1)) && \
  $(1)/$(BIN)/python $(PIP) --no-compile --no-deps --require-hashes -r $(2) && \
  $(1)/$(BIN)/python $(PIP) --no-deps --no-build-isolation -e .

# The lock of an extra holds the suite's, version by version (a test says so). So its environment starts from a copy
# of .venv, its Python and its packages, each checked by its hash, and has only the difference to fetch and compile.
# Files are linked where cp can: whoever installs or compiles puts a new one in place of the old
copy_of_venv = $(PY) -m venv --clear $(2) $(1) && cp -Rp .venv/share .venv/etc $(1)/ && \
  { cp -Rpl "$$($(PY) $(WHERE))/." "$$($(1)/$(BIN)/python $(WHERE))" 2>/dev/null || \
  cp -Rp "$$($(PY) $(WHERE))/." "$$($(1)/$(BIN)/python $(WHERE))" ; }

# made anew when the lock or the metadata is newer
$(READY): requirements.txt pyproject.toml
	$(call environment,.venv,requirements.txt)

$(ENGINES): requirements/engines.txt $(READY)
	$(call environment,.venv-engines,requirements/engines.txt,copy)

$(BROWSER): requirements/browser.txt $(READY)
	$(call environment,.venv-browser,requirements/browser.txt,copy)

$(SITE): requirements/site.txt $(READY)
	$(call environment,.venv-site,requirements/site.txt,copy)
