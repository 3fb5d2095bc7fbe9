# Two commands on a fresh machine: make demo, make test. Everything else is for developers.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo test quality browser pdf postgresql lock system-packages clean

demo: $(VENV)/installed
	$(BIN)/govaudit demo --quarters 2 --workspace demo-workspace

# Tests mostly wait for servers, browsers and clocks of their own: more of them at once than there are processors.
WORKERS ?= 4

test: $(VENV)/installed-test system-packages
	$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

quality: $(VENV)/installed-quality
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture
	$(BIN)/deptry src
	$(BIN)/hadolint Dockerfile

# Chromium and a Chinese font for the tests that look at pages; says what to do where it may not install them.
system-packages:
	@sh tests/system_packages.sh

# Hashed, without host names: one file for the core, one for each extra and group.
lock: $(VENV)/installed
	$(PIP) 'uv>=0.13'
	for name in core browser pdf postgresql test quality build; do \
		case $$name in \
			core) what="pyproject.toml" ;; \
			browser|pdf|postgresql) what="pyproject.toml --extra $$name" ;; \
			build) what="--group build" ;; \
			*) what="pyproject.toml --group $$name" ;; \
		esac; \
		$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header \
			--no-annotate --no-emit-index-url $$what --output-file requirements/$$name.txt || exit 1; \
	done

$(VENV)/created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "govaudit needs Python 3.11 or later; name one with: make demo PYTHON=python3.12" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "python -m venv failed; on Debian install it with: apt-get install python3-venv" >&2; exit 2; }
	@touch $@

$(VENV)/installed: $(VENV)/created requirements/build.txt requirements/core.txt pyproject.toml
	$(PIP) --require-hashes -r requirements/build.txt
	$(PIP) --require-hashes -r requirements/core.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src
	@touch $@

$(VENV)/installed-test: $(VENV)/installed requirements/test.txt
	$(PIP) --require-hashes -r requirements/test.txt
	@touch $@

# The extra that opens pages in the system's Chromium; `govaudit doctor` says what else is missing.
browser: $(VENV)/installed requirements/browser.txt
	$(PIP) --require-hashes -r requirements/browser.txt

# The extra that writes the circular as PDF; on Debian it needs the system's Pango (libpango-1.0-0, libpangoft2-1.0-0).
pdf: $(VENV)/installed requirements/pdf.txt
	$(PIP) --require-hashes -r requirements/pdf.txt

# The driver for a ledger that several offices write to at once, on a PostgreSQL server.
postgresql: $(VENV)/installed requirements/postgresql.txt
	$(PIP) --require-hashes -r requirements/postgresql.txt

$(VENV)/installed-quality: $(VENV)/installed-test requirements/quality.txt
	$(PIP) --require-hashes -r requirements/quality.txt
	@touch $@

clean:
	rm -rf $(VENV) demo-workspace
