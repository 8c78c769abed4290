#!/bin/sh
# Says in one line what is missing to build Hotline: Go as go.mod asks for, Node 20.19 or newer.
set -eu
root=$(dirname "$(readlink -f "$0")")/../..
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

node_oldest=20.19.0
node=$(node --version 2>/dev/null | sed 's/^v//') || true
# A Go that is older than go.mod asks for fetches the right one by itself, since 1.21.
go_oldest=1.21
go=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//;s/[^0-9.].*//') || true
[ -n "$go" ] || go=$(go version 2>/dev/null | sed -n 's/.*go\([0-9][0-9.]*\).*/\1/p') || true
go_wanted=$(sed -n 's/^go //p' "$root/go.mod")

problem=
[ -n "$go" ] && at_least "$go_oldest" "$go" || problem="Go $go_wanted or newer is needed, found ${go:-none}"
[ -n "$node" ] && at_least "$node_oldest" "$node" || problem="${problem:+$problem; }Node $node_oldest or newer is needed, found ${node:-none}"
[ -z "$problem" ] || { echo "hotline: $problem" >&2; exit 1; }
