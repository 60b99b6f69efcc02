#!/usr/bin/env bash
# One whole life of a share by the AWS SDK for JavaScript v3 against `ramctl sandbox serve`.
# Needs node and npm; the packages go into target/clients-js.
set -euo pipefail
cd "$(dirname "$0")/../.."

modules=target/clients-js
if ! [ -d "$modules/node_modules/@aws-sdk/client-ram" ]; then
    mkdir -p "$modules"
    npm install --silent --no-fund --no-audit --prefix "$modules" \
        @aws-sdk/client-ram @aws-sdk/client-organizations @aws-sdk/client-sts
fi
cargo build --locked --quiet
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true; rm -rf "$work"' EXIT
cp examples/quickstart/sandbox.hcl "$work"
target/debug/ramctl sandbox serve "$work" >"$work/env" 2>"$work/serve.log" &
server=$!
for _ in $(seq 100); do
    grep -q '^# ready' "$work/env" 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$work/serve.log" >&2; exit 1; }
    sleep 0.1
done
# shellcheck disable=SC1091
. "$work/env"
cp tests/clients/share_life.mjs "$modules"
node --no-warnings "$modules/share_life.mjs"
