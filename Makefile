# Everything sets itself up: a virtual environment in .venv, the dependencies, the package itself.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin

.PHONY: demo test check soak picture bench clean

demo: .venv/ready
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: .venv/ready
	$(BIN)/python -m pytest

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

soak: .venv/ready
	$(BIN)/python -m pytest tests/engine/test_walks.py --walk 20000
	$(BIN)/python -m pytest -s -n 0 --kills -k kill tests/engine

picture: .venv/ready
	$(BIN)/python docs/picture.py

bench: .venv/ready
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@
