# All set-up happens here: each verb makes .venv when it is missing or out of date.
# Needed beforehand: Python 3.11 or later with venv, make, and a package index that pip knows.

.DEFAULT_GOAL := help
.PHONY: help demo quick test check soak bench shots renew clean
.DELETE_ON_ERROR:

# The first of these that will do; `make PYTHON=/path/to/python test` chooses another.
WILL_DO := import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(firstword $(shell for python in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$python" -c '$(WILL_DO)' 2>/dev/null && echo "$$python"; done))
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet
PIN := $(PY) -m uv --no-config pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-header --no-annotate
# A test run on every core. What a file's tests share is made once, by the process that runs them;
# a process that crashes has failed its test and is not begun again.
PYTEST := $(PY) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder \
	--max-worker-restart 0

help: ## list the verbs
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

demo: .venv/run.stamp ## review a synthetic book and show what came of it
	@PATH="$(CURDIR)/.venv/bin:$$PATH" sh examples/demo.sh

quick: .venv/dev.stamp ## run all but the slow tests, and properties on fewer examples
	$(PYTEST) -m "not slow" --hypothesis-profile quick

test: .venv/dev.stamp ## run every test, and name the slowest
	$(PYTEST) --durations 10

check: .venv/dev.stamp ## format, lint, types, import contracts, tidy rules
	$(PY) -m ruff format --check
	$(PY) -m ruff check
	$(PY) -m mypy src tests $(wildcard examples/*.py)
	.venv/bin/lint-imports --no-cache --no-logo
	$(PY) -m pytest --quiet tests/tidy/test_tidy.py

soak: .venv/dev.stamp ## race and kill a bank for half an hour; SOAK="--seed 7" repeats a run's lot
	$(PY) -m tests.served.run $(SOAK)

bench: .venv/dev.stamp ## measure against the budgets; PARTS="bank bulk" measures those anew
	$(PY) tests/bench/run.py $(PARTS)

shots: .venv/dev.stamp ## picture every page with Chromium into out/shots, both languages and widths
	$(PY) -m tests.shots.take out/shots

renew: .venv/made.stamp ## pin every requirement anew, with hashes
	$(PIP) --require-hashes --requirement requirements/renew.txt
	$(PIN) pyproject.toml --group build --output-file requirements/run.txt
	$(PIN) pyproject.toml --group build --extra train --output-file requirements/train.txt
	$(PIN) pyproject.toml --group build --extra bank --output-file requirements/bank.txt
	$(PIN) pyproject.toml --group build --extra train --extra bank --group dev \
		--output-file requirements/dev.txt
	$(PIN) --group renew --output-file requirements/renew.txt

clean: ## remove what the other verbs made
	rm -rf .venv out build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

.venv/made.stamp:
	@"$(PYTHON)" -c '$(WILL_DO)' 2>/dev/null || { echo "Twinline needs Python 3.11 or later with" \
		"venv; $(if $(PYTHON),$(PYTHON) is not that,there is none on PATH)." \
		"Install it, or name it: make PYTHON=/path/to/python" >&2; exit 1; }
	@echo "Making .venv (once, a minute or two) ..."
	@"$(PYTHON)" -m venv --clear .venv
	@touch $@

.venv/run.stamp .venv/dev.stamp: .venv/%.stamp: requirements/%.txt pyproject.toml .venv/made.stamp
	$(PIP) --require-hashes --requirement $<
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
