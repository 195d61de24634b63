# make demo    build, then show the main job: nothing to install or start beside the system's libraries
# make test    build everything and run all tests (what CI runs); see README, Tests
# make check   format, warnings as errors, then all tests
# make bench   measure against zstd and kcat in the same run, and grade (CLEW_DATA: more sets); needs a while and a quiet machine
# make build   the optimised binary, .build/release/clew
# make format  format the sources in place
# make static  one binary with the Swift runtime in it, .build-static/release/clew
# make deps    the system's packages that a build needs
SHELL := /bin/bash
SWIFT ?= swift

.PHONY: demo test check bench build static deps format

deps:
	@scripts/install-deps

build: deps
	@$(SWIFT) build -c release --product clew

demo: build
	@"$$($(SWIFT) build -c release --show-bin-path)/clew" demo $(DEMO)

# Built once, optimised: tests over event streams are some thirty times slower without.
test: deps
	@scripts/test

check: deps
	@$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift
	@$(SWIFT) build -c release --build-tests -Xswiftc -warnings-as-errors --scratch-path .build-check
	@scripts/test

bench: build
	@Benchmarks/bench

static: deps
	@$(SWIFT) build -c release --product clew --static-swift-stdlib --scratch-path .build-static

format:
	@$(SWIFT) format --in-place --recursive --parallel Sources Tests Package.swift
