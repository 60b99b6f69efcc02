#!/usr/bin/env bash
# conformance.sh EXERCISE: a client that tries an endpoint behaviour by behaviour, against an empty sandbox.
# Every check must pass but those of services that the sandbox does not stand in for (EC2 for `setup`, S3, DynamoDB).
set -euo pipefail
exercise=$(realpath "$1")
. "$(dirname "$0")/serve.sh"

serve_sandbox --empty
EMU_ENDPOINT=$AWS_ENDPOINT_URL "$venv/bin/python" "$exercise" --json "$work/results.json" >"$work/out" ||
    { cat "$work/out" >&2; fail "the client did not come to its end"; }
"$venv/bin/python" - "$work/results.json" <<'PY'
import json, sys
results = json.load(open(sys.argv[1]))
checks = results if isinstance(results, list) else results["results"]
ours = [c for c in checks if c["group"] not in ("setup", "s3", "dynamodb")]
failed = [c for c in ours if c["result"] != "PASS"]
for check in failed:
    print(json.dumps(check))
print(f"conformance: {len(ours) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed or len(ours) < 100 else 0)
PY
