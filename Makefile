# Each target only calls python -m ccg …; use that where there is no make.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
  BIN := .venv/Scripts
else
  BIN := .venv/bin
endif
PY := $(BIN)/python
READY := .venv/.installed

.PHONY: help figures test check refresh lab bench clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "make %-10s %s\n", $$1, $$2}'

figures: $(READY) ## run every notebook and write its figures
	@$(PY) -m ccg figures

test: $(READY) ## strict nbval over every notebook, then the unit tests
	@$(PY) -m ccg test

check: $(READY) ## validate every table
	@$(PY) -m ccg check

refresh: $(READY) ## after a deliberate change: run the notebooks in place, write figures and codebook
	@$(PY) -m ccg refresh

lab: $(READY) ## open JupyterLab on the notebooks
	@$(PY) -m ccg lab

bench: $(READY) ## time re-basing against what people do today (ten minutes or more)
	@$(PY) -m ccg bench

clean: ## remove the environment and caches
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis dist

# made anew when the lock or the metadata is newer; bytecode is compiled so that kernels start fast
$(READY): requirements.txt pyproject.toml
	@echo "making .venv from requirements.txt"
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --clear --python "$(PYTHON)" .venv && \
	  uv pip sync --quiet --compile-bytecode --require-hashes --python $(PY) requirements.txt && \
	  uv pip install --quiet --python $(PY) --no-deps --no-build-isolation -e . ; \
	else \
	  "$(PYTHON)" -m venv --clear .venv && \
	  $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt && \
	  $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $@
