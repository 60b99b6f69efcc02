#!/usr/bin/env bash
# The quickstart's README as a new user walks it, on a copy of its folder: every command by the real binary, every exit code checked.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp examples/quickstart/*.hcl "$work"

ramctl() { cargo run --locked --quiet -- "$@"; }
expect() { # expect CODE COMMAND...: runs it and compares the exit code
    local want=$1 got=0
    shift
    "$@" || got=$?
    if [ "$got" != "$want" ]; then
        echo "FAILED: exit code $got instead of $want: $*" >&2
        exit 1
    fi
    printf -- '-- exit %s: %s\n\n' "$got" "$*"
}

expect 0 ramctl validate "$work"
expect 2 ramctl plan --sandbox --detailed-exitcode "$work"
expect 0 ramctl apply --sandbox "$work" --auto-approve
expect 0 ramctl plan --sandbox --detailed-exitcode "$work"
expect 0 ramctl apply --sandbox "$work" --auto-approve
expect 0 ramctl drift --sandbox "$work"
expect 0 ramctl destroy --sandbox "$work" --auto-approve
expect 2 ramctl plan --sandbox --detailed-exitcode "$work"
echo "quickstart: passed"
