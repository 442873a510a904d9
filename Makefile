# `make` lists what there is to make.
SHELL := bash
.DEFAULT_GOAL := help

ADJOINT := .build/release/adjoint
DIGITS := $(ADJOINT) train Graphs/digits-mlp.graph --data Graphs/Data/digits.csv.gz \
  --scale 16 --hold-out 0.2 --show 5
FASHION_DATA := /usr/share/datasets/fashion-mnist
FASHION := $(ADJOINT) train Graphs/fashion-mlp.graph \
  --data $(FASHION_DATA)/train-images-idx3-ubyte.gz \
  --labels $(FASHION_DATA)/train-labels-idx1-ubyte.gz \
  --test-data $(FASHION_DATA)/t10k-images-idx3-ubyte.gz \
  --test-labels $(FASHION_DATA)/t10k-labels-idx1-ubyte.gz \
  --scale 255 --epochs 10

stage = @printf '\n== %s\n' '$(1)'
comma := ,
SWIFT_TEST := swift test -c release --skip-build --disable-xctest

.PHONY: help setup build run fuzz fuzz-coverage test explore-test explore-clicks minimal soak exhaustive sanitize lint format fashion benchmark documentation clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install the libraries that are missing, or say which
	@.ci/setup

build: setup ## Build the adjoint command, optimised
	@.ci/build -c release

run: build ## Train on handwritten digits, write weights and loss curve to Output/
	@mkdir -p Output
	@$(DIGITS) --verbose --output Output/digits-mlp.safetensors --plot Output/digits-mlp.svg

fashion: build ## Train on Fashion-MNIST for 10 epochs (Debian's dataset-fashion-mnist)
	@test -e $(FASHION_DATA)/train-images-idx3-ubyte.gz || .ci/setup dataset-fashion-mnist
	@mkdir -p Output
	@$(FASHION) --output Output/fashion-mlp.safetensors --plot Output/fashion-mlp.svg

# The test runner comes last, so that its summary closes the output. What is tested is built optimised, as users run
# it; what tests generated code alone is not run again in portable loops. What depends on this package is built in the
# same folder when this package is, and while its command trains and its documentation is made, which keep no
# processor busy for long.
DEPENDENTS_LOG := .build-dependents/build.log
test: setup ## Check everything: style, the main job, the documents, the benchmark, all tests
	$(call stage,Style)
	@.ci/lint
	$(call stage,Release build with tests)
	@.ci/build -c release --build-tests
	$(call stage,Main job for two epochs and documentation$(comma) beside the build of what depends on this package)
	@mkdir -p $(dir $(DEPENDENTS_LOG))
	@set -m; .ci/dependents --build >$(DEPENDENTS_LOG) 2>&1 & dependents=$$!; \
	  .ci/smoke-train $(DIGITS) && .ci/documentation || { kill -- -$$dependents; wait; exit 1; }; \
	  wait $$dependents || { cat $(DEPENDENTS_LOG); exit 1; }
	$(call stage,Examples of the documents and benchmark in a package that depends on this one)
	@.ci/dependents --run
	@.ci/smoke-benchmark .build/release/Benchmarks
	$(call stage,Tests of what runs kernels$(comma) in portable loops)
	@ADJOINT_BACKEND=portable $(SWIFT_TEST) \
	  --filter 'AdjointRuntimeTests|ExecutionTests|ExampleGraphTests|TrainerTests|CheckpointTests' \
	  --skip 'AdjointRuntimeTests[.](ProductTests|OtherProcessorTests)'
	@$(if $(CLICKS),$(MAKE) --no-print-directory explore-clicks)
	$(call stage,Tests)
	@$(SWIFT_TEST)

# What pages are made of is checked by `make test`; this opens them. Debian's Chromium and fonts, unless there are some.
explore-test: build explore-clicks ## Click through pages of adjoint explore in a headless Chromium, keep pictures in Output/explore

# With the command that was built; `make test CLICKS=1` does it after its build.
explore-clicks:
	$(call stage,Pages of adjoint explore in a headless Chromium)
	@command -v chromium >/dev/null || .ci/setup chromium fonts-dejavu-core
	@python3 .ci/explore-test.py $(ADJOINT) "$$(command -v chromium)" Output/explore

# Neither library is linked, so that it builds where there is none; debug, since what is tried is that.
MINIMAL := --disable-default-traits --scratch-path .build-minimal --product adjoint
minimal: setup ## Build the command without BLAS and zlib, by the package's traits, and train with it
	@.ci/build $(MINIMAL)
	@mkdir -p Output
	@gzip -dc Graphs/Data/digits.csv.gz > Output/digits.csv
	@.ci/smoke-train .build-minimal/debug/adjoint train Graphs/digits-mlp.graph --data Output/digits.csv \
	  --scale 16 --hold-out 0.2
	@! .build-minimal/debug/adjoint train Graphs/digits-mlp.graph --data Graphs/Data/digits.csv.gz 2>&1 | \
	  grep -v 'built without zlib'

soak: setup ## Run all tests with the full random sets (see CONTRIBUTING.md)
	@.ci/build -c release --build-tests
	@ADJOINT_SOAK=1 $(SWIFT_TEST)

# Goes on where the last run stopped; what fails is kept in Output/Fuzz.
SECONDS ?= 600
fuzz: setup ## Try random and damaged inputs for SECONDS=600, from the seeds on where the last run stopped
	@.ci/build -c release --product Fuzz
	@nice .build/release/Fuzz run $(SECONDS) Output/Fuzz $(CAMPAIGNS)

# Inputs that end the process are kept in Output/Fuzz.
COVERAGE := -c release --scratch-path .build-coverage --sanitize=fuzzer -Xswiftc -DCOVERAGE --product Fuzz
fuzz-coverage: setup ## The same for files and graph texts with libFuzzer, which looks for code not reached yet
	@.ci/build -c release --product Fuzz
	@.ci/build $(COVERAGE)
	@mkdir -p Output/Fuzz/corpus
	@.build/release/Fuzz samples Output/Fuzz/samples
	@nice .build-coverage/release/Fuzz -max_total_time=$(SECONDS) -timeout=5 -rss_limit_mb=512 -detect_leaks=0 \
	  -artifact_prefix=Output/Fuzz/ Output/Fuzz/corpus Output/Fuzz/samples

exhaustive: setup ## Check vector mathematics at each of the 2^32 f32 arguments (half an hour)
	@ADJOINT_EXHAUSTIVE=1 swift test -c release --disable-xctest --filter errorsAreBoundedEverywhere

# What Swift keeps in globals looks like a leak.
sanitize: export ASAN_OPTIONS := detect_leaks=0
sanitize: export TSAN_OPTIONS := suppressions=$(CURDIR)/.ci/thread-sanitizer
SANITIZED := AdjointRuntimeTests|AdjointCodegenTests|AdjointLoweringTests|ExecutionTests|ForkedRunTests|ObjectCache

sanitize: setup ## Run the tests of memory and threads under the address and thread sanitizers
	@swift test --sanitize=address --scratch-path .build-address --disable-xctest --filter '$(SANITIZED)'
	@swift test --sanitize=thread --scratch-path .build-thread --disable-xctest --filter '$(SANITIZED)'

# Narrow it with ARGUMENTS: make benchmark ARGUMENTS='--cases ^mlp --peers torch'. Only a run of all
# cases with all systems belongs into the files that the README shows.
benchmark: setup ## Compare with other systems, write Benchmarks/RESULTS.* (an hour or more)
ifeq ($(ARGUMENTS),)
	@Benchmarks/compare --output Benchmarks
else
	@Benchmarks/compare $(ARGUMENTS)
endif

documentation: build ## Build the documentation of the library products into Output/Documentation
	@mkdir -p Output
	@.ci/documentation Output/Documentation
	@printf 'Look at it with\n  python3 -m http.server -d Output/Documentation/Adjoint\nat /documentation/adjoint\n'

lint: ## Check the style of every Swift file
	@.ci/lint

format: ## Format every Swift file
	@swift format --in-place --parallel --recursive Sources Tests Benchmarks Package.swift

clean: ## Remove what the builds made (Output/ stays)
	@rm -rf .build .build-* Benchmarks/.build
