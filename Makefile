# Thin: each target calls one thing. `make run` and `make test` are all a new reader needs.
.PHONY: install run test check check-guards bench messages
.DEFAULT_GOAL := run

install:
	@.ci/install

run: install
	@exec .ci/start $(ARGS)

test: install
	@.ci/test $(ARGS)

check: install
	@.ci/check

check-guards: install
	@.venv/bin/python tests/check_guards.py $(ONLY)

bench: install
	@BENCH_SIZE=$(SIZE) .venv/bin/python -m bench $(ONLY)

messages: install
	@.ci/messages
