# Aftertone. `make run` and `make test` do everything on a fresh Debian 12 or Ubuntu with Swift; both may be run again.

SWIFT := $(shell command -v swift 2>/dev/null)
# Swift's libraries are linked in: the program runs where there is no Swift.
RELEASE := -c release --static-swift-stdlib
KILLS ?= 1000
CALL_KILLS ?= 200
CLUSTER_KILLS ?= 200
INTERFACES := KazooAPITests YeastarPSeriesAPITests YeastarSSeriesAPITests
FUZZ ?= 100000
CALLS ?= 10000
FORMATTED := --parallel --recursive Package.swift Sources Tests Benchmarks

PREFIX ?= /usr/local

.PHONY: run build test format soak crashtest scaletest bench apitest pictures install package packagetest repeatable containerlint tools swift clean

## run: install what is missing, build in release mode, serve the demo
run: build
	.build/release/aftertone demo

## build: install what is missing and build in release mode
build: tools
	swift build $(RELEASE) --product aftertone

## test: install what is missing, check the format, build with warnings as errors, run every test
test: tools
	swift format lint --strict $(FORMATTED)
	scripts/install tests
	AFTERTONE_STRICT=1 swift build --build-tests
	AFTERTONE_STRICT=1 scripts/test

## format: write the sources as `.swift-format` says
format: tools
	swift format --in-place $(FORMATTED)

## soak: send FUZZ mutated requests and packets of sound to the telephone and see that it takes calls afterwards; make CALLS calls in flat memory
soak: tools
	swift build --build-tests
	AFTERTONE_FUZZ=$(FUZZ) swift test --skip-build --filter '^SIPTests\.(Sound)?FuzzTests'
	AFTERTONE_CALLS=$(CALLS) swift test --skip-build --filter '^TelephoneTests\.ManyCallsTests'

## crashtest: kill the server KILLS times under load and CALL_KILLS times in calls, and compare what was acknowledged and said with what is there
crashtest: tools
	swift build --build-tests
	KILLS=$(KILLS) CALL_KILLS=$(CALL_KILLS) swift test --skip-build --filter CrashTests

## scaletest: three servers on PostgreSQL and S3: the interfaces' suites in turns, request by request; then kill CLUSTER_KILLS of them under load, take database and bucket away, have them race
scaletest: tools
	scripts/install tests
	swift build --build-tests
	for module in $(INTERFACES); do AFTERTONE_SERVERS=3 swift test --skip-build --filter "^$$module\." || exit 1; done
	AFTERTONE_SCALE=1 CLUSTER_KILLS=$(CLUSTER_KILLS) swift test --skip-build --filter '^CrashTests\.Cluster'

## bench: install the yardsticks, measure, print a table, write it as JSON
bench: tools
	scripts/install bench
	scripts/bench

## apitest: exercise the served OpenAPI description with schemathesis
apitest: tools
	scripts/install apitest
	swift build
	scripts/apitest

## pictures: make the pictures of the guides from the demo, in a real browser
pictures: tools
	scripts/install tests
	swift build --build-tests
	AFTERTONE_SCREENSHOTS=$(CURDIR)/docs/pictures swift test --skip-build --filter '^WebTests\.PictureTests'

## install: put the program, its units, man pages and completions below PREFIX (/usr/local); DESTDIR comes before it
install: build
	scripts/place .build/release/aftertone "$(DESTDIR)" "$(PREFIX)"

## package: build Debian packages of the program and of its debug symbols in .build/package
package: build
	scripts/install package
	rm -rf .build/package
	scripts/package .build/release/aftertone .build/package
	lintian --no-cfg --fail-on error .build/package/aftertone_*.deb

## packagetest: make the package again and compare; install it in a fresh Debian, call it, upgrade, remove and purge it; as root
packagetest: package
	scripts/packagetest.d/again .build/release/aftertone .build/package
	scripts/packagetest .build/package/aftertone_*.deb

## repeatable: build and package twice from nothing, and compare the packages byte by byte
repeatable: tools
	scripts/install package
	scripts/repeatable

## containerlint: have linters from PyPI look over the Containerfile and the compose file
containerlint:
	scripts/install containerlint
	scripts/containerlint

tools: swift
	@scripts/install

swift:
ifeq ($(SWIFT),)
	@echo "Swift 6.2 or newer is needed and was not found. Get it from https://www.swift.org/install/linux/ (or: swiftly install latest)," >&2
	@echo "put its usr/bin on PATH, and run make again." >&2
	@exit 1
endif

clean:
	rm -rf .build Benchmarks/.build
