# Everything that a fresh machine with Python (3.10 to 3.13) and make needs: `make demo`, `make test`.

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
ROOMS := backends cluster widgets tui
# Several processes share the tests; all that need Ray go to one of them.
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup
TYPES := build/types/raymon_tui

# The first of these that is a Python of a version that Ray has wheels for.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.10; do \
	$$python -c 'import ensurepip, sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
	&& command -v $$python && break; done)

.PHONY: help demo test quick test-all check bench screenshots clean

help:
	@echo 'make demo         a real small Ray cluster on this machine, and the monitor on it'
	@echo 'make test         all tests, against real Ray'
	@echo 'make quick        the tests that need no Ray'
	@echo 'make test-all     the quick tests on every Python from 3.10 to 3.13 that is here'
	@echo 'make check        format, lint, types, and which room may import which'
	@echo 'make bench        the benchmarks, beside what they are compared with'
	@echo 'make screenshots  the pictures of README, from a live demo cluster'

demo: $(STAMP)
	$(BIN)/raymon-tui demo

test: $(STAMP) | programs
	$(PYTEST)

quick: $(STAMP) | programs
	$(PYTEST) -m 'not ray and not slow'

test-all:
	bash tests/every_python.sh

check: $(STAMP) $(TYPES)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	MYPYPATH=build/types $(BIN)/mypy -p raymon_tui
	$(BIN)/lint-imports

bench: $(STAMP)
	$(BIN)/python bench/run.py

screenshots: $(STAMP)
	$(BIN)/python screenshots/take.py
	$(BIN)/python screenshots/kubernetes.py

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(STAMP): pyproject.toml constraints.txt
	@test -n '$(PYTHON)' || { echo 'no Python from 3.10 to 3.13 with ensurepip is here (on Debian: apt-get install python3-venv); or say make PYTHON=…'; exit 1; }
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=24'
	$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[demo,test]'
	touch $@

# Type checkers do not follow the mapping of an editable install: they are shown the rooms as the package that they become.
$(TYPES):
	mkdir -p $@
	for room in $(ROOMS); do ln -sfn ../../../$$room $@/$$room; done

# The real programs that tests run beside Ray: tmux, in which users have the monitor, an SSH server, networks, Prometheus.
.PHONY: programs
programs:
	@sh tests/programs.sh
