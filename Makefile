# Rihla. `make help` lists what there is.
PYTHON ?= python3
PORT ?= 8212
VENV := .venv
BIN := $(VENV)/bin
export RIHLA_INSTANCE ?= instance

.DEFAULT_GOAL := help
.PHONY: help run test check quick bench lock translations clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

$(VENV)/run.stamp: .ci/requirements.txt setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Rihla needs Python 3.11 or newer with venv (on Debian: python3-venv). PYTHON=… names another one."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing (once) …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/requirements.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp .ci/requirements-dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/requirements-dev.txt
	@touch $@

PLUGINS := $(wildcard plugins/*/translations)
PO := $(wildcard app/translations/*/LC_MESSAGES/messages.po)
$(VENV)/mo.stamp: $(PO) $(VENV)/run.stamp
	@$(BIN)/pybabel -q compile -d app/translations
	@touch $@

translations: $(VENV)/dev.stamp ## Bring the catalogs up to date with the source
	$(BIN)/pybabel -q extract -F .ci/babel.cfg -k say -k say_n:1,2 -k _setting:2 --no-location --sort-output -o app/translations/messages.pot app
	$(BIN)/pybabel -q update -i app/translations/messages.pot -d app/translations --no-fuzzy-matching --ignore-obsolete --previous -w 100
	@for plugin in $(PLUGINS); do \
		$(BIN)/pybabel -q extract -F .ci/babel.cfg -k say -k say_n:1,2 -k _setting:2 --no-location --sort-output --ignore-dirs 'tests .* _*' -o $$plugin/messages.pot $$plugin/.. && \
		$(BIN)/pybabel -q update -i $$plugin/messages.pot -d $$plugin --no-fuzzy-matching --ignore-obsolete --previous -w 100 || exit 1; \
	done
	$(BIN)/pybabel compile -d app/translations --statistics

run: $(VENV)/run.stamp $(VENV)/mo.stamp ## Run the site with demo data at http://127.0.0.1:8212 (PORT=… changes it)
	@RIHLA_DEMO=1 RIHLA_PUBLIC_URL=http://127.0.0.1:$(PORT) $(BIN)/rihla db upgrade
	@RIHLA_DEMO=1 RIHLA_PUBLIC_URL=http://127.0.0.1:$(PORT) $(BIN)/rihla demo
	@RIHLA_DEMO=1 RIHLA_PUBLIC_URL=http://127.0.0.1:$(PORT) exec $(BIN)/rihla serve --port $(PORT)

test: $(VENV)/dev.stamp $(VENV)/mo.stamp ## Run every test: SQLite, PostgreSQL, Chromium
	@.ci/test $(BIN)

quick: $(VENV)/dev.stamp $(VENV)/mo.stamp ## The fast tests, under 10 seconds
	@$(BIN)/pytest -q -n 2 -m "not slow and not browser" --ignore=tests/abuse --ignore=tests/browser tests/kernel tests/content tests/guards tests/web

check: $(VENV)/dev.stamp ## Format, lint, types, contracts, security
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit -q -r app -ll -s B314,B608,B704 # ruff holds these, with a reason on the line
	$(BIN)/codespell app docs tests README.md CHANGELOG.md
	$(BIN)/djlint --quiet --lint app

bench: $(VENV)/dev.stamp $(VENV)/mo.stamp ## Measure beside the budgets, on both databases (PART="pages search": only these)
	@$(BIN)/python -m tests.bench $(PART)

lock: $(VENV)/dev.stamp ## Renew the locked dependencies
	$(BIN)/pip-compile -q --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --no-annotate --allow-unsafe --output-file .ci/requirements.txt setup.cfg
	$(BIN)/pip-compile -q --no-strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --no-annotate --allow-unsafe --extra dev -c .ci/requirements.txt --output-file .ci/requirements-dev.txt setup.cfg

clean: ## Remove what can be made again (not instance/)
	rm -rf $(VENV) *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
