# Every target sets itself up in .venv; nothing else on the machine is touched.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check --quiet --quiet

.PHONY: help demo test check lint types imports coverage hooks architecture messages clean
help:
	@echo "make demo          the whole job on a bundled sample: no token, no key, no network"
	@echo "make test          all tests"
	@echo "make check         lint, types and import directions"
	@echo "make coverage      all tests, and the share of the code that they run"
	@echo "make hooks         git hooks that run the checks before each commit"
	@echo "make messages      the catalogues of the interface, with every sentence that the code has now"
	@echo "make architecture  the picture of docs/ARCHITECTURE.md, drawn again from the code"

demo: $(VENV)/.app
	@$(VENV)/bin/paperboy demo

test: $(VENV)/.dev
	@$(VENV)/bin/python -m pytest -q -n 2

check: lint types imports

lint: $(VENV)/.dev
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .

types: $(VENV)/.dev
	@$(VENV)/bin/mypy

imports: $(VENV)/.dev
	@$(VENV)/bin/lint-imports

# Slower than `make test`, because every line is recorded; therefore not part of .ci/run.
coverage: $(VENV)/.dev
	@$(VENV)/bin/python -m pytest -q -n 2 --cov --cov-report=term

hooks: $(VENV)/.dev
	@$(VENV)/bin/pre-commit install

architecture: $(VENV)/bin/python
	@$(VENV)/bin/python docs/make_architecture.py

# Without dates and line numbers, which would change all catalogues at every run.
messages: $(VENV)/.dev
	@$(VENV)/bin/pybabel -q extract --mapping-file=pyproject.toml --keywords="NP_:1c,2 NNP_:1c,2,3" --no-wrap \
		--omit-header --add-location=file --sort-by-file --output-file=bot/locales/paperboy.pot bot handlers
	@$(VENV)/bin/pybabel -q update --domain=paperboy --input-file=bot/locales/paperboy.pot --output-dir=bot/locales \
		--no-wrap --omit-header --no-fuzzy-matching --ignore-obsolete

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.*

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Paperboy needs Python 3.11 or newer; install it, or name it: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Paperboy needs Python 3.11 or newer, and $$($(PYTHON) --version) is older; name a newer one: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python cannot make virtual environments; install its venv package (Debian: apt install python3-venv)." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.app: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up (once, half a minute to a minute) …"
	@$(PIP) install --constraint constraints.txt --editable . || { echo "Installing the packages failed; check that pip reaches its package registry, then run this again." >&2; exit 1; }
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "Setting up for development (once, two or three minutes) …"
	@$(PIP) install --constraint constraints.txt --editable '.[dev]' || { echo "Installing the packages failed; check that pip reaches its package registry, then run this again." >&2; exit 1; }
	@touch $@ $(VENV)/.app
