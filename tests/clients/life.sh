#!/usr/bin/env bash
# One whole life of a share by clients that share no code with ramctl: the AWS CLI, and the AWS SDK for JavaScript v3 (which
# shares none with the AWS CLI either). Needs node and npm for the latter; its packages go into target/clients-js.
set -euo pipefail
. "$(dirname "$0")/serve.sh"

cp examples/quickstart/sandbox.hcl "$work"
serve_sandbox "$work"

echo "== a share's life by the AWS CLI"
export AWS_DEFAULT_REGION=eu-central-1 AWS_REGION=eu-central-1
aws ram enable-sharing-with-aws-organization --query returnValue --output text | grep -qx True || fail "sharing stays off"
read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN < <(aws sts assume-role \
    --role-arn arn:aws:iam::222222222222:role/OrganizationAccountAccessRole --role-session-name life \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN

# status TYPE ENTITY: the association's status, once it is WANTED or 10 seconds have passed.
status() {
    local type=$1 entity=$2 wanted=$3 found=
    local filter=--principal
    [ "$type" = PRINCIPAL ] || filter=--resource-arn
    for _ in $(seq 50); do
        found=$(aws ram get-resource-share-associations --association-type "$type" --resource-share-arns "$share" \
            "$filter" "$entity" --query 'resourceShareAssociations[].status' --output text | xargs)
        [ "$found" = "$wanted" ] && return
        sleep 0.2
    done
    fail "$entity is ${found:-absent} instead of $wanted"
}
tgw=arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701
# Right after sharing was turned on, accounts of the organization still count as strangers.
for _ in $(seq 50); do
    share=$(aws ram create-resource-share --name by-cli --no-allow-external-principals --resource-arns "$tgw" \
        --principals 444444444444 --tags key=team,value=network --query resourceShare.resourceShareArn --output text \
        2>"$work/err") && break
    grep -q "not in your AWS organization" "$work/err" || { cat "$work/err" >&2; fail "the share is refused"; }
    sleep 0.2
done
status PRINCIPAL 444444444444 ASSOCIATED
status RESOURCE "$tgw" ASSOCIATED
aws ram list-resource-share-permissions --resource-share-arn "$share" --query 'permissions[].name' --output text |
    grep -qx AWSRAMDefaultPermissionTransitGateway || fail "no default permission came by itself"
aws ram update-resource-share --resource-share-arn "$share" --name by-cli-renamed >/dev/null
aws ram associate-resource-share --resource-share-arn "$share" --principals 333333333333 >/dev/null
status PRINCIPAL 333333333333 ASSOCIATED
aws ram disassociate-resource-share --resource-share-arn "$share" --principals 444444444444 >/dev/null
status PRINCIPAL 444444444444 DISASSOCIATED
aws ram get-resource-shares --resource-owner SELF --name by-cli-renamed --query 'resourceShares[].tags[].value' \
    --output text | grep -qx network || fail "the renamed share is not found by its name"
aws ram delete-resource-share --resource-share-arn "$share" --query returnValue --output text | grep -qx True ||
    fail "the share stays"
unset AWS_SESSION_TOKEN

echo "== a share's life by the AWS SDK for JavaScript"
modules=$PWD/target/clients-js
if ! [ -d "$modules/node_modules/@aws-sdk/client-ram" ]; then
    mkdir -p "$modules"
    npm install --silent --no-fund --no-audit --prefix "$modules" \
        @aws-sdk/client-ram @aws-sdk/client-organizations @aws-sdk/client-sts
fi
cp tests/clients/share_life.mjs "$modules"
# shellcheck disable=SC1091
. "$work/env"
node --no-warnings "$modules/share_life.mjs"
echo "life: passed"
