# Sourced by the scripts beside it: clients, a sandbox that is served while the script runs, and what they check with.

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
server=
stop_sandbox() {
    [ -z "$server" ] || { kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; } || true
    server=
}
trap 'stop_sandbox; rm -rf "$work"' EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }

cargo build --locked --quiet
ramctl=$PWD/target/debug/ramctl

# AWS CLI and boto3, from PyPI.
venv=${RAMCTL_CLIENTS_VENV:-$PWD/target/clients}
if ! [ -x "$venv/bin/aws" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check awscli boto3
fi
aws() { "$venv/bin/aws" "$@"; }

# serve_sandbox ARGUMENTS...: starts `ramctl sandbox serve` and takes over its environment.
serve_sandbox() {
    "$ramctl" sandbox serve "$@" >"$work/env" 2>"$work/serve.log" &
    server=$!
    for _ in $(seq 100); do
        grep -q '^# ready' "$work/env" 2>/dev/null && break
        kill -0 "$server" 2>/dev/null || { cat "$work/serve.log" >&2; fail "the sandbox did not start"; }
        sleep 0.1
    done
    grep -q '^# ready' "$work/env" || fail "the sandbox was not ready within 10 seconds"
    # shellcheck disable=SC1091
    . "$work/env"
    export AWS_PAGER=
}
