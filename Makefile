# demo: build, then show Clew at work (no server needed)      deps: the system's packages that a build needs (Debian)
SHELL := /bin/bash
SWIFT ?= swift
PACKAGES := clang pkg-config librdkafka-dev libzstd-dev zlib1g-dev libyaml-dev libmicrohttpd-dev libsimdjson-dev

.PHONY: demo deps

demo:
	@$(SWIFT) build -c release --product clew
	@"$$($(SWIFT) build -c release --show-bin-path)/clew" demo $(DEMO)

deps:
	apt-get update
	apt-get install -y --no-install-recommends $(PACKAGES)
