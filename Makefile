# Everything runs in the project's own .venv, made from the lock file: nothing is installed outside of this folder.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install demo test check lock clean

install: .venv/made

.venv/made: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; run: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@# By all cores, where pip would take one; some packages carry files that are not for this Python.
	@$(BIN)/python -m compileall -qq -j 0 .venv/lib || true
	@touch $@

demo: install
	$(BIN)/callsheet demo

# A test on each core and one more: threads of theirs would only wait for one another.
test: install check
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto --dist worksteal

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Needs uv; only for whoever changes the dependencies.
lock:
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --group dev pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv build *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
