# 两条命令：make demo 跑通主流程并打开复核页面；make test 安装测试所需并跑完测试。
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OPEN ?= 1
PORT ?= 8501
HOME_DIR ?= demo-home
PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -c constraints.txt

.PHONY: help demo test test-all lint types bench reader clean

help:
	@echo "make demo          安装、转写样例录音、质检、打开复核页面（OPEN=0 只打印结果表）"
	@echo "make test          安装测试所需并跑测试"
	@echo "make lint types    代码检查、类型检查"
	@echo "make bench         基准：转写速度、演示模型准确度、文本质检速度、跨通话速度、识别噪声"
	@echo "make test-all      跑全部测试，包括在浏览器里走得更远的"
	@echo "make reader        重新训练第二读者（DATA=开发语料目录；不写则只用项目自带的样本，存成 reader.weights）"
	@echo "make clean         删除虚拟环境和演示结果"

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "需要 Python 3.11 或更新的版本，可用 make PYTHON=python3.12 demo 指定。")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e ".[pdf]"
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) -e ".[dev,pdf]"
	@touch $@

demo: $(VENV)/.demo
	$(BIN)/auditor run samples/calls samples/text-calls.jsonl --metadata samples/metadata.csv \
	  --model samples/models/demo-whisper --window single --no-hotwords --home $(HOME_DIR)
ifneq ($(OPEN),0)
	$(BIN)/auditor serve --home $(HOME_DIR) --port $(PORT) --open
endif

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder -m "not slow"

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/demo_model.py
	$(BIN)/python benchmarks/transcription.py
	$(BIN)/python benchmarks/noise.py
	$(BIN)/python benchmarks/diarization.py
	$(BIN)/python benchmarks/cases.py
	$(BIN)/python benchmarks/text_audit.py
	$(BIN)/python -m benchmarks.reader

reader: $(VENV)/.dev
	$(BIN)/python -m benchmarks.train_reader $(if $(DATA),--data $(DATA))

clean:
	rm -rf $(VENV) $(HOME_DIR) dist build
