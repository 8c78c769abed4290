# Two commands matter: `make demo` and `make test`. Both install what is missing (Debian or Ubuntu, Go, Node >= 20.19).

GO ?= go
DATA ?= $(or $(HOTLINE_DATA),.demo)
PAGE := agentdesk/web
PAGE_SOURCES := $(shell find $(PAGE) -path $(PAGE)/node_modules -prune -o -path $(PAGE)/dist -prune -o -type f -print 2>/dev/null)

.PHONY: demo demo-clean test test-short lint build bench install tools

demo: build ## everything real on this machine, until Ctrl-C
	@exec bin/hotline demo

demo-clean: ## forget the demo's data
	rm -rf $(DATA)

build: bin/hotline

bin/hotline: install page
	$(GO) build -o $@ ./cmd/hotline

install: ## what is missing of Postgres, Redis, Asterisk, Chromium and SIPp
	@sh deploy/install/check.sh
	@sh deploy/install/debian.sh $(if $(filter test bench,$(MAKECMDGOALS)),test)
	@sh deploy/install/asterisk.sh

.PHONY: page bin/hotline
page: $(PAGE)/dist/.built

$(PAGE)/node_modules/.installed: $(PAGE)/package-lock.json
	cd $(PAGE) && npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE)/dist/.built: $(PAGE)/node_modules/.installed $(PAGE_SOURCES)
	cd $(PAGE) && npm run --silent build
	@touch $@

test: install page lint ## all tests on real parts
	cd $(PAGE) && npm test --silent
	$(GO) test -p 2 -timeout 20m ./...

test-short: ## what needs nothing installed
	$(GO) test -short ./...

lint: page
	@test -z "$$(gofmt -l cmd telephony callqueue tickets recording agentdesk/*.go deploy | tee /dev/stderr)"
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	cd $(PAGE) && npm run --silent lint

bench: install ## ratios beside peers in the same run, see README
	$(GO) run ./cmd/bench
