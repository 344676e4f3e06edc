# Three environments: .venv/app holds what serving needs (and the tests' tools), never PyTorch;
# .venv/train holds what training and export need; .venv/batch holds what the batch job needs, Ray
# among it, and is for its tests. A stamp is touched when one is complete, so
# an interrupted installation is done again, and a second run is quick.

PYTHON ?= python3
PORT ?= 8501
APP := .venv/app/bin/python
TRAIN := .venv/train/bin/python
BATCH := .venv/batch/bin/python
PIP := -m pip install --quiet --disable-pip-version-check
REPORTS := test-results
.DEFAULT_GOAL := help
.PHONY: help run test setup check format test-app test-train test-batch train export bench bench-page load fuzz image screenshots deploy audit clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: .venv/app/.served ## serve the app on http://localhost:8501 (PORT=… for another)
	@case "$(PORT)" in *[!0-9]*|"") echo "PORT: expected a number, came $(PORT)" >&2; exit 1;; esac
	@$(APP) -c 'import socket; exit(not socket.socket().connect_ex(("127.0.0.1", $(PORT))))' || \
	  { echo "port $(PORT) is in use: stop what serves there, or name another, make run PORT=…" >&2; exit 1; }
	$(APP) -m streamlit run app/server.py --server.port $(PORT)

test: setup check test-app test-train test-batch ## set up everything and run every test

setup: ## make all environments, at the same time
	@$(MAKE) --no-print-directory --jobs 3 .venv/app/.tested .venv/train/.tested .venv/batch/.tested

check: .venv/app/.tested .venv/train/.tested ## linters, types, and which package may import which
	$(APP) -m ruff check .
	$(APP) -m ruff format --check .
	$(APP) -m mypy app
	.venv/app/bin/lint-imports --no-logo
	$(TRAIN) -m mypy train export
	sh tests/tools/biome.sh

format: .venv/app/.tested ## put the code in its one format
	$(APP) -m ruff check --fix .
	$(APP) -m ruff format .
	sh tests/tools/biome.sh --write

test-app: .venv/app/.tested ## the app's tests, where there is no PyTorch
	sh tests/tools/chromium.sh $(APP)
	$(APP) -m pytest --numprocesses 2 --dist loadscope tests/app tests/benchmarks tests/deploy tests/fuzz --ignore tests/deploy/test_batch.py --junitxml=$(REPORTS)/app.xml

test-train: .venv/train/.tested ## the tests of training and export
	$(TRAIN) -m pytest --numprocesses 2 --dist loadscope tests/train tests/export --junitxml=$(REPORTS)/train.xml

test-batch: .venv/batch/.tested ## the batch job's types and tests, on a small Ray cluster
	$(BATCH) -m mypy -m deploy.batch
	$(BATCH) -m pytest tests/deploy/test_batch.py --junitxml=$(REPORTS)/batch.xml

train: .venv/train/.tested ## train the network: models/model.pth
	$(TRAIN) -m train

export: .venv/train/.tested ## export it: models/model.onnx and models/model.json
	$(TRAIN) -m export

bench: .venv/app/.tested ## measure what serving costs: models/bench.json, choices.json (FIELD=others' models)
	$(APP) -m tests.benchmarks.serving --field $(FIELD)
	$(APP) -m tests.benchmarks.session_options

bench-page: .venv/app/.tested ## from the lifted pen to the reading in a browser: models/bench_page.json
	sh tests/tools/chromium.sh $(APP)
	$(APP) -m tests.benchmarks.page

load: .venv/app/.tested ## twenty visitors and many programs at once: models/load.json
	$(APP) -m tests.benchmarks.load

fuzz: .venv/app/.tested ## 20,000 broken strokes, pictures and requests: models/fuzz.json
	$(APP) -m tests.fuzz --figures models/fuzz.json

image: .venv/app/.tested ## replay the Dockerfile without Docker, in an empty folder as user 1000
	$(APP) -m tests.tools.run_dockerfile --python "$$(command -v $(PYTHON))"

screenshots: .venv/app/.tested ## take the pictures of the page in app/images
	sh tests/tools/chromium.sh $(APP)
	$(APP) -m tests.tools.screenshots

deploy: ## put it on a Hugging Face Space: SPACE=owner/name (DRY=1 to list what would go)
	$(PYTHON) deploy/space.py $(if $(DRY),--dry) "$(SPACE)"

audit: ## look the deployed packages up among known weaknesses, on the internet
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python $(PIP) pip-audit==2.10.1
	.venv/audit/bin/python -m pip_audit --strict --disable-pip --require-hashes -r requirements-app.lock

clean: ## remove environments, caches and reports, but not runs/
	rm -rf .venv $(REPORTS) .import_linter_cache .mypy_cache .ruff_cache .pytest_cache

.venv/app/.served: requirements-app.txt
	$(PYTHON) -m venv --clear .venv/app
	$(APP) $(PIP) -r requirements-app.txt
	touch $@

.venv/app/.tested: .venv/app/.served tests/requirements.txt
	$(APP) $(PIP) -r requirements-app.txt -r tests/requirements.txt
	touch $@

.venv/train/.tested: requirements-train.txt requirements-app.txt tests/requirements.txt
	$(PYTHON) -m venv --clear .venv/train
	$(TRAIN) $(PIP) -r requirements-train.txt -r tests/requirements.txt
	touch $@

.venv/batch/.tested: requirements-batch.txt requirements-app.txt tests/requirements.txt
	$(PYTHON) -m venv --clear .venv/batch
	$(BATCH) $(PIP) -r requirements-batch.txt -c tests/requirements.txt mypy pytest pytest-timeout
	touch $@
