# Two targets for users: `make demo` and `make test`. The rest is for developers.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
VIEWER := twin/web/.source-hash

.PHONY: demo test lint bench lock clean

demo: $(READY) $(VIEWER)  ## Generate the sample municipality, build it and serve it on 127.0.0.1
	$(BIN)/twin demo $(DEMO)

test: $(READY) $(VIEWER)  ## Run all tests: Python, viewer and Chromium
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(TESTS)

lint: $(READY)  ## Format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(READY)  ## Run the benchmarks by hand
	for script in tests/benchmarks/bench_*.py; do $(BIN)/python -m tests.benchmarks.$$(basename $$script .py) || exit 1; done

lock:  ## Take the newest versions of all packages; run the tests before you commit them
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	{ echo "# Versions that the tests last passed with; 'make lock' renews them."; \
	  $(BIN)/python -m pip freeze --exclude-editable; } > requirements.txt

clean:
	rm -rf $(VENV) demo dist twin/web viewer/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt-get install python3-venv"; exit 2; }
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint requirements.txt --editable '.[dev]'
	@touch $@

# The build hook makes the viewer from these; see viewer/build_hook.py.
$(VIEWER): $(READY) $(wildcard viewer/*.html viewer/*.json viewer/*.ts viewer/public/*) $(shell find viewer/src -type f)
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	@touch $@
