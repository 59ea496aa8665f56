# A fresh machine needs Python 3.11 or newer and make: `make run`, `make test`.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes

export PORT

# On one's own machine a password is enough; a value from the environment wins.
run dev test rehearse drill: export REQUIRE_2FA ?= false

.PHONY: run dev test rehearse drill lint lock messages guide bench sbom clean

run: $(VENV)/.runtime
	@$(BIN)/python manage.py serve

dev: $(VENV)/.dev
	@DEBUG=true $(BIN)/python manage.py serve --prepare-only
	@DEBUG=true $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive guizhou_portal events projects manage.py
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py catalogues --check
	@# A production server's settings: what is left to warn of is wrong.
	HTTPS=true DEBUG=false ALLOWED_HOSTS=portal.example SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# Whole operations on real servers: a restore, an update under load, the deployment guide.
rehearse: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 --dist worksteal -m rehearsal $(ARGS)

# Failures that really happen: databases stopped, workers killed, clients that are slow or mad.
drill: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m drill tests/drills $(ARGS)

# One lock for Django 5.2 and 6.1, with hashes and without the address of any index.
lock: $(VENV)/.dev
	cd requirements && ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade runtime.in -o runtime.txt
	cd requirements && ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --upgrade dev.in -o dev.txt

messages: $(VENV)/.dev
	$(BIN)/python manage.py catalogues --update

# The pictures of docs/editors-guide.md, taken while a browser goes through its stories.
guide: $(VENV)/.dev
	@for language in de en; do GUIDE_LANGUAGE=$$language $(BIN)/python -m pytest -n0 -m '' tests/browser/test_story.py -k "conference or enquiry" || exit 1; done

bench: $(VENV)/.dev
	$(BIN)/python -m pytest -o addopts=-q tests/benchmarks $(ARGS)

# What a server runs, for those who watch for known weaknesses: CycloneDX, from the locked versions.
SBOM := var/sbom.cdx.json
sbom: $(VENV)/.dev
	@mkdir -p $(dir $(SBOM))
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements/runtime.txt --pyproject pyproject.toml --output-reproducible --of JSON -o $(SBOM)
	@echo "Written: $(SBOM)"

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Python 3.11 or newer is needed; try: make $(MAKECMDGOALS) PYTHON=python3.13"; exit 1; }
	@$(PYTHON) -m venv $(VENV) >$(CURDIR)/.venv.log 2>&1 \
		|| { cat $(CURDIR)/.venv.log; rm -rf $(CURDIR)/.venv.log $(VENV); echo "No virtual environment could be made; on Debian: apt-get install python3-venv"; exit 1; }
	@rm -f $(CURDIR)/.venv.log

$(VENV)/.runtime: requirements/runtime.txt | $(VENV)/bin/python
	@echo "Installing what the portal needs …"
	@$(PIP) -r requirements/runtime.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing what development needs …"
	@$(PIP) -r requirements/dev.txt
	@touch $@
