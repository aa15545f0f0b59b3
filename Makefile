# The doors of the house. `make demo` and `make test` need Python 3.11-3.13, git and make; everything else is fetched into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export UV_PYTHON_DOWNLOADS := never

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench images base-images up down lock clean

help:  ## show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|' 2>/dev/null || grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST)

setup: $(READY)  ## make .venv from requirements.lock

# uv installs the lock; it is pinned in the lock itself, so pip is asked for nothing but uv, by its hash.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || { \
	  echo "Testwright needs Python 3.11, 3.12 or 3.13; '$(PYTHON)' is not one. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  rm -rf $(VENV); echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@awk '/^uv==/{p=1} p{print} p&&!/\\$$/{exit}' requirements.lock > $(VENV)/uv.txt
	@echo "Installing what requirements.lock names into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(READY)  ## give a real package from PyPI its tests and show what came of it
	@$(BIN)/testwright demo $(ARGS)

test: $(READY)  ## run the project's own tests (ARGS='-k name' chooses)
	@$(BIN)/python -m pytest --durations=25 $(ARGS)

check: $(READY)  ## ruff, mypy --strict, the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(READY)  ## put the code into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(READY)  ## measure against Pynguin and write the tables of docs/benchmarks.md
	@$(BIN)/python -m benchmarks $(ARGS)

images: $(READY)  ## build the sandbox images for Docker
	@$(BIN)/python -m runners.images.build $(ARGS)

base-images: $(READY)  ## build the base images that 'make images' starts from, where no registry is reached
	@$(BIN)/python -m runners.images.build --base $(ARGS)

up: $(READY)  ## start a Prefect server, a work pool, a worker and the deployments
	@$(BIN)/testwright up

down:  ## stop what 'make up' and 'make demo' started
	@if [ -x $(BIN)/testwright ]; then $(BIN)/testwright down; fi

lock:  ## resolve pyproject.toml anew into requirements.lock
	@test -x $(BIN)/uv || $(MAKE) --no-print-directory setup
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
	  --group dev --output-file requirements.lock pyproject.toml

clean: down  ## remove .venv and every cache (campaigns stay)
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
