#!/usr/bin/env bash
# Clients that share no code with ramctl, against `ramctl sandbox serve`: the AWS CLI and boto3 list what ramctl made, and what they
# add by hand shows in the next plan and in drift: an extra principal as a change to revoke, an untagged share as unmanaged.
set -euo pipefail
. "$(dirname "$0")/serve.sh"

py() { "$venv/bin/python" - "$@"; }
cp examples/quickstart/*.hcl "$work"

code() { # code COMMAND...: prints its exit code, its output goes to $work/out
    local got=0
    "$@" >"$work/out" 2>"$work/err" || got=$?
    echo "$got"
}
expect() { # expect CODE COMMAND...
    local want=$1 got
    shift
    got=$(code "$@")
    [ "$got" = "$want" ] || { cat "$work/out" "$work/err" >&2; fail "exit code $got instead of $want: $*"; }
}
shows() { grep -qF -- "$1" "$work/out" || { cat "$work/out" >&2; fail "the output does not show: $1"; }; }

serve_sandbox "$work"
export AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1

echo "== ramctl applies to the served sandbox"
expect 0 "$ramctl" apply "$work" --auto-approve
expect 0 "$ramctl" plan "$work" --detailed-exitcode

# The network account, as any client reaches it: by its role.
read -r id secret token < <(aws sts assume-role --role-arn arn:aws:iam::222222222222:role/OrganizationAccountAccessRole \
    --role-session-name clients --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
network() { AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret AWS_SESSION_TOKEN=$token "$@"; }

echo "== the AWS CLI lists the shares that ramctl made"
[ "$(network aws sts get-caller-identity --query Account --output text)" = 222222222222 ] || fail "another account"
names=$(network aws ram get-resource-shares --resource-owner SELF --resource-share-status ACTIVE \
    --query 'sort(resourceShares[].name)' --output text)
[ "$names" = "corp-dns	dev-subnets	transit-gateway-eu-central-1" ] || fail "other shares in eu-central-1: $names"

echo "== boto3 lists them too, and adds an untagged share and one more principal by hand"
network py <<'PY'
import boto3
ram = boto3.client("ram")
shares = {s["name"]: s for s in ram.get_resource_shares(resourceOwner="SELF")["resourceShares"] if s["status"] == "ACTIVE"}
assert len(shares) == 3, shares
assert all({t["key"]: t["value"] for t in s["tags"]}["ramctl:stack"] == "network" for s in shares.values()), shares
ram.create_resource_share(name="manual-test", allowExternalPrincipals=True, principals=["999999999999"])
PY
arn=$(network aws ram get-resource-shares --resource-owner SELF --name corp-dns \
    --query 'resourceShares[?status==`ACTIVE`].resourceShareArn' --output text)
network aws ram associate-resource-share --resource-share-arn "$arn" --principals 333333333333 >/dev/null
for _ in $(seq 50); do
    state=$(network aws ram get-resource-share-associations --association-type PRINCIPAL --resource-share-arns "$arn" \
        --principal 333333333333 --query 'resourceShareAssociations[].status' --output text | xargs)
    [ "$state" = ASSOCIATED ] && break
    sleep 0.1
done
[ "$state" = ASSOCIATED ] || fail "the principal is $state"

echo "== the next plan revokes the principal and reports the share"
expect 2 "$ramctl" plan "$work" --detailed-exitcode
cat "$work/out"
shows "333333333333"
shows "manual-test"
shows "0 to create, 1 to update, 0 to delete"

echo "== drift classifies both, and writes nothing"
expect 2 "$ramctl" drift "$work" --json
py "$work/out" <<'PY'
import json, sys
report = json.load(open(sys.argv[1]))
modified = [share for share in report["shares"] if share["class"] == "modified"]
assert [(share["address"], share["cause"]) for share in modified] == [("share.corp_dns", "drift")], report
assert [share["name"] for share in report["unmanaged"]] == ["manual-test"], report
PY
expect 2 "$ramctl" drift "$work"
cat "$work/out"

echo "== apply repairs it and leaves the unmanaged share alone"
expect 0 "$ramctl" apply "$work" --auto-approve
expect 0 "$ramctl" plan "$work" --detailed-exitcode
network py <<'PY'
import boto3
ram = boto3.client("ram")
shares = {s["name"]: s for s in ram.get_resource_shares(resourceOwner="SELF")["resourceShares"] if s["status"] == "ACTIVE"}
assert "manual-test" in shares and len(shares) == 4, shares
rows = ram.get_resource_share_associations(associationType="PRINCIPAL", principal="333333333333")["resourceShareAssociations"]
assert all(r["status"] in ("DISASSOCIATING", "DISASSOCIATED") for r in rows), rows
PY
expect 0 "$ramctl" destroy "$work" --auto-approve
echo "by hand: passed"
