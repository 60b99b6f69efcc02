#!/usr/bin/env bash
# The quickstart's README as a new user walks it, on a copy of its folder: every command that it shows, by the real binary. What the README
# shows of the output and the exit codes must come.
set -euo pipefail
. "$(dirname "$0")/clients/serve.sh"

mkdir -p "$work/examples/quickstart"
cp examples/quickstart/*.hcl "$work/examples/quickstart"
readme=$PWD/examples/quickstart/README.md
walk=$PWD/tests/clients/walk.py
cd "$work"
PATH="$venv/bin:$PATH" python3 "$walk" "$readme" "$ramctl"
"$ramctl" plan --sandbox examples/quickstart > "$work/again" || fail "a plan after destroy"
grep -q "4 to create" "$work/again" || fail "destroy left something: $(cat "$work/again")"
echo "quickstart: passed"
