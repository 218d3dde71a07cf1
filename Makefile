# Thin names for tools/bootstrap.py, which does the work on every system (on Windows call it
# directly: `py tools\bootstrap.py run`).
PYTHON ?= python3
PORT ?= 8501
BOOT = $(PYTHON) tools/bootstrap.py

.PHONY: run test test-long bench shots demo messages requirements

run: ## Serve the dashboard on http://localhost:8501 (PORT=…)
	@$(BOOT) run --port $(PORT)

test: ## Lint and test
	@$(BOOT) test -m "not slow"

test-long: ## Everything, the slow tests too
	@$(BOOT) test

bench: ## Measure
	@$(BOOT) python tools/bench.py

shots: ## Pictures of every page, role, theme, width and state (ONLY="--pages rattvisa --widths 390")
	@$(BOOT) python tools/shots.py $(ONLY)

demo: ## Build the demo store anew
	@$(BOOT) manage demo

messages: ## Bring the gettext catalogues up to date with the source
	@$(BOOT) python tools/messages.py

requirements: ## Pin again after a change in pyproject.toml
	@$(BOOT) requirements
