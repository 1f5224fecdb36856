# Two commands do everything: `make demo` and `make test`. Both create the environment they need:
# the demo what the program needs, the tests also every engine, learner and oracle (about 3 GB).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.core
STAMP := $(VENV)/.installed
# One thread per worker: two workers share two cores, and many small solvers only spin with more.
PYTEST := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n 2

.PHONY: demo test fast lint types layers pages calibrate approve clean

demo: $(CORE)
	$(BIN)/uplift demo

test: lint types layers $(STAMP)
	$(PYTEST) --cov --cov-report=term:skip-covered

fast: $(STAMP)
	$(PYTEST) -m "not slow and not browser and not wheel"

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

layers: $(STAMP)
	$(BIN)/lint-imports --no-cache

# What is generated from the code: tests compare it.
pages: $(STAMP)
	$(BIN)/uplift explain all > docs/findings.md
	$(BIN)/uplift explain all --language de > docs/findings.de.md
	$(BIN)/uplift schema --markdown > docs/yaml.md

calibrate: $(STAMP)
	$(BIN)/python -m benchmarks.calibration
	$(BIN)/python -m uplift.report.calibration docs/calibration

$(CORE): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt pip hatchling editables
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $(CORE)

$(STAMP): $(CORE)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

clean:
	rm -rf $(VENV) demo dist .mypy_cache .ruff_cache .hypothesis
