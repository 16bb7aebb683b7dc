# dondoc. `make run` and `make test` set everything up first; a set-up with nothing to do takes a moment.
.DEFAULT_GOAL := help
.PHONY: help setup run test check lint format bench faults screens clean
.NOTPARALLEL:

BIN := .venv/bin
export PYTHON

help:
	@echo "make setup   cài môi trường .venv và lệnh .venv/bin/dondoc"
	@echo "make run     cài rồi chạy bản trình diễn (dondoc up --demo); Ctrl-C để dừng"
	@echo "make test    cài, kiểm tra mã nguồn, chạy toàn bộ kiểm thử"
	@echo "make check   như test, thêm kiểm tra định dạng mã nguồn"
	@echo "make bench   đo tốc độ (bench/)"
	@echo "make faults  giết tiến trình, làm hỏng mọi thứ xung quanh, so thư đã nhận (bảng)"
	@echo "make screens chụp lại mọi trang vào docs/screens"
	@echo "make clean   xóa .venv và các tệp tạm; giữ nguyên dữ liệu trong ./var"

setup:
	@.ci/setup

run: setup
	@exec $(BIN)/dondoc up --demo

test: setup lint
	@.ci/setup browser
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder

check: setup format test

format:
	$(BIN)/ruff format --check --quiet

lint: setup
	$(BIN)/ruff check --quiet
	$(BIN)/mypy --no-error-summary
	@mkdir -p .build
	@$(BIN)/lint-imports > .build/lint-imports.log 2>&1 || { cat .build/lint-imports.log; exit 1; }
	$(BIN)/yamllint --strict $(wildcard .yamllint config plans prefect.yaml)

bench: setup
	@for script in $(filter-out bench/_%,$(wildcard bench/*.py)); do \
		echo "== $$script"; $(BIN)/python $$script || exit 1; done

screens: setup
	@.ci/setup browser
	$(BIN)/pytest -q tests/console/screens.py

faults: setup
	$(BIN)/python tests/faults/fault_run.py

clean:
	rm -rf .venv .build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
