# Thin: each command is one call of the bootstrap in docker/local, which prepares the
# environment it needs and reads the variables below from make's command line.
PYTHON ?= python3
LOCAL = PYTHONPATH=docker $(PYTHON) -m local

.DEFAULT_GOAL := help
.PHONY: help demo test bench check translations shell db dropdb serve env stop clean distclean

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: ## the demo firm, its month-end, its documents, the web client (SERVE=0 PORT=)
	@$(LOCAL) demo

test: ## all tests (ARGS="path -k name" for some, PROCESSES=1)
	@$(LOCAL) test $(ARGS)

bench: ## stock Odoo against ours, table and out/bench.json (N="100 300" for some)
	@$(LOCAL) bench $(ARGS)

check: ## linters, XML, manifests, translations (ARGS="ruff xml" for some)
	@$(LOCAL) check $(ARGS)

translations: ## write the .pot files anew and add new terms to each fr.po
	@$(LOCAL) translations

shell: ## Odoo shell on DB=legal_demo; a script may be piped in
	@$(LOCAL) shell

db: ## a fresh database NAME= with the addons and the demo firm (DEMO=0 without)
	@$(LOCAL) db

dropdb: ## drop the database NAME=
	@$(LOCAL) dropdb

serve: ## the web client on DB=legal_demo (PORT=)
	@$(LOCAL) serve

env: ## shell variables to call Odoo, psql and pytest by hand: eval "$$(make -s env)"
	@$(LOCAL) env

stop: ## stop the embedded PostgreSQL
	@$(LOCAL) stop

clean: ## remove what was made, downloads aside
	@$(LOCAL) clean

distclean: ## remove the downloads too
	@$(LOCAL) distclean
