# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: install demo tour test torture lint format bench pictures lock clean

install: $(VENV)/.installed

# The stamp is newer than the lock when what the lock names is installed.
$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nudgebot needs Python 3.11 or later; name one with PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

demo: install
	$(BIN)/nudgebot demo

tour: install
	$(BIN)/nudgebot demo --tour-only

# Bytecode is kept even where a machine says otherwise, or every program started is compiled anew.
test torture: export PYTHONDONTWRITEBYTECODE :=

test: install
	$(BIN)/python -m pytest -n auto --dist loadfile

# Every fault at its full size, as a table; NUDGEBOT_TORTURE_SECONDS, _MESSAGES and so on set sizes.
# ONLY="clock zips" runs those whose name has one of the words; INTO=README.md keeps the table there.
torture: install
	PYTHONPATH=tests $(BIN)/python -m torture $(ONLY) $(if $(INTO),--into $(INTO))

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install
	$(BIN)/python -m benchmarks.import_speed
	$(BIN)/python -m benchmarks.rule_speed
	$(BIN)/python -m benchmarks.report_speed

# The pictures of the README, from the demo; needs Chromium and poppler-utils.
pictures: install
	$(BIN)/python -m docs.pictures

# Needs `pip install uv`; writes the pins of every dependency, with hashes, for every platform.
lock:
	uv pip compile pyproject.toml --extra ai --extra dev --extra build --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build dist
