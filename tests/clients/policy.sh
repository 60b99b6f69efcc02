#!/usr/bin/env bash
# The Rego policy of examples/policy over the plan of its stack, evaluated by an interpreter that shares no code with ramctl
# (rego-cpp, from PyPI), against the output that the example's README shows.
set -euo pipefail
. "$(dirname "$0")/serve.sh"

"$venv/bin/pip" install --quiet --disable-pip-version-check regopy
cp examples/policy/*.hcl "$work"
"$ramctl" plan --sandbox "$work" --json >"$work/plan.json"
"$venv/bin/python" - "$work/plan.json" examples/policy/policy/shares.rego >"$work/found.txt" <<'PY'
import json, sys
from regopy import Interpreter

rego = Interpreter()
rego.add_module("shares", open(sys.argv[2]).read())
rego.set_input(json.load(open(sys.argv[1])))
for rule in ("deny", "warn"):
    answer = json.loads(str(rego.query(f"x = data.main.{rule}")))
    bindings = answer["result"][0]["bindings"] if "result" in answer else answer["bindings"]
    for message in sorted(bindings["x"]):
        print(rule, message)
PY
diff -u examples/policy/expected.txt "$work/found.txt" || fail "the policy finds something else"
sed 's/^/    /' examples/policy/expected.txt >"$work/shown.txt"
while IFS= read -r line; do
    grep -qxF -- "$line" examples/policy/README.md || fail "the README does not show: $line"
done <"$work/shown.txt"
echo "policy: passed"
