// The whole life of a share by the AWS SDK for JavaScript v3, whose parser is strict and shares no code with botocore or the Rust SDK.
// Reads AWS_ENDPOINT_URL; expects the quickstart's seed.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import * as ram from '@aws-sdk/client-ram';
import * as organizations from '@aws-sdk/client-organizations';
import * as sts from '@aws-sdk/client-sts';

const config = (credentials) => ({ region: 'eu-central-1', endpoint: process.env.AWS_ENDPOINT_URL, credentials });
const management = { accessKeyId: '111111111111', secretAccessKey: 'any' };

const tree = new organizations.OrganizationsClient(config(management));
const { Accounts: accounts } = await tree.send(new organizations.ListAccountsCommand({}));
assert.ok(accounts.every((account) => account.JoinedTimestamp instanceof Date && account.Paths.length === 1));

await new ram.RAMClient(config(management)).send(new ram.EnableSharingWithAwsOrganizationCommand({}));
const session = await new sts.STSClient(config(management)).send(
  new sts.AssumeRoleCommand({
    RoleArn: 'arn:aws:iam::222222222222:role/OrganizationAccountAccessRole',
    RoleSessionName: 'life',
  }),
);
const network = new ram.RAMClient(
  config({
    accessKeyId: session.Credentials.AccessKeyId,
    secretAccessKey: session.Credentials.SecretAccessKey,
    sessionToken: session.Credentials.SessionToken,
  }),
);
assert.ok(session.Credentials.Expiration > new Date());

const tgw = 'arn:aws:ec2:eu-central-1:222222222222:transit-gateway/tgw-0e1a2b3c4d5e6f701';
const { Organization: org } = await tree.send(new organizations.DescribeOrganizationCommand({}));
const create = () =>
  network.send(
    new ram.CreateResourceShareCommand({
      name: 'life',
      resourceArns: [tgw],
      principals: [org.Arn],
      allowExternalPrincipals: false,
      tags: [{ key: 'made-by', value: 'javascript' }],
      clientToken: 'life-1',
    }),
  );
let made;
for (let attempt = 0; !made; attempt++) {
  try {
    made = await create();
  } catch (error) {
    assert.ok(attempt < 50 && error.name === 'UnknownResourceException', `${error}`);
    await sleep(100);
  }
}
const arn = made.resourceShare.resourceShareArn;
assert.ok(made.resourceShare.creationTime instanceof Date);
assert.equal((await create()).resourceShare.resourceShareArn, arn);

const statuses = async (associationType) => {
  const found = [];
  for await (const page of ram.paginateGetResourceShareAssociations({ client: network }, { associationType })) {
    found.push(...page.resourceShareAssociations.filter((row) => row.resourceShareArn === arn).map((row) => row.status));
  }
  return found;
};
const reach = async (type, status) => {
  for (let attempt = 0; attempt < 50; attempt++) {
    if ((await statuses(type)).every((found) => found === status)) return;
    await sleep(100);
  }
  assert.fail(`${type} does not become ${status}`);
};
await reach('RESOURCE', 'ASSOCIATED');
await reach('PRINCIPAL', 'ASSOCIATED');
const { policies } = await network.send(new ram.GetResourcePoliciesCommand({ resourceArns: [tgw] }));
assert.ok(policies[0].includes(org.Id));
await network.send(new ram.UpdateResourceShareCommand({ resourceShareArn: arn, name: 'life again' }));
await network.send(new ram.DisassociateResourceShareCommand({ resourceShareArn: arn, principals: [org.Arn] }));
await reach('PRINCIPAL', 'DISASSOCIATED');
const { returnValue } = await network.send(new ram.DeleteResourceShareCommand({ resourceShareArn: arn }));
assert.equal(returnValue, true);
await reach('RESOURCE', 'DISASSOCIATED');
const { resourceShares } = await network.send(new ram.GetResourceSharesCommand({ resourceOwner: 'SELF' }));
assert.equal(resourceShares.find((share) => share.resourceShareArn === arn).status, 'DELETED');
const gone = network.send(new ram.UpdateResourceShareCommand({ resourceShareArn: arn, name: 'x' }));
await assert.rejects(gone, { name: 'UnknownResourceException' });
console.log('the share lived');
