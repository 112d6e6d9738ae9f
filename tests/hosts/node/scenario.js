'use strict';
// The steps of the shared scenario in JavaScript. Prints the results as a JSON object.
const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { Readable, Writable } = require('node:stream');
const { NumberValue, Session } = require('tucuxi');

const [description, bucket, folder] = process.argv.slice(2);
const session = new Session();
const s3 = session.client('s3');

async function failure(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

const text = async (Key) => (await s3.getObject({ Bucket: bucket, Key })).Body.text();

const steps = {
  async objects({ prefix, contents }) {
    await s3.createBucket({ Bucket: bucket });
    for (const [index, Body] of contents.entries()) await s3.put_object({ Bucket: bucket, Key: `${prefix}${index + 1}`, Body });
    const { Contents } = await s3.listObjectsV2({ Bucket: bucket, Prefix: prefix });
    const { Body, ETag } = await s3.getObject({ Bucket: bucket, Key: `${prefix}1` });
    return { keys: Contents.map(({ Key }) => Key), content: await Body.text(), etag: ETag };
  },

  async pages({ prefix, page_size }) {
    const results = { pages: 0, keys: [] };
    const params = { Bucket: bucket, Prefix: prefix, PaginationConfig: { PageSize: page_size } };
    for await (const page of s3.paginate('listObjectsV2', params)) {
      results.pages += 1;
      results.keys.push(...page.Contents.map(({ Key }) => Key));
    }
    return results;
  },

  async resources({ prefix, after, old }) {
    const results = { keys: [], nested: 0 };
    const objects = session.resource('s3').Bucket(bucket).objects;
    const images = objects.filter({ Prefix: prefix });
    for await (const object of images) {
      if (object.key > after) results.keys.push(object.key);
      results.size = await object.size;
      if (results.nested < 4) {
        for await (const inner of images.limit(2)) results.nested += inner.key ? 1 : 0;
      }
    }
    for (const Key of old) await s3.putObject({ Bucket: bucket, Key, Body: '' });
    const [deleted] = await objects.filter({ Prefix: 'old/' }).delete();
    results.batch = deleted.Deleted.length;
    return results;
  },

  async waiter({ missing, config }) {
    await s3.wait('bucketExists', { Bucket: bucket });
    const error = await failure(() => s3.wait('object_exists', { Bucket: bucket, Key: missing, WaiterConfig: config }));
    return { found: true, failed: error.name };
  },

  async streams({ letters, lines }) {
    await s3.putObject({ Bucket: bucket, Key: 'letters', Body: letters });
    const body = (await s3.getObject({ Bucket: bucket, Key: 'letters' })).Body;
    const results = { first: String(await body.read(3)), rest: String(await body.read(100)) };
    body.close();
    results.after_close = (await failure(() => body.read(1))).kind;
    await s3.putObject({ Bucket: bucket, Key: 'lines', Body: Buffer.from(lines) });
    let pieces = '';
    for await (const piece of (await s3.getObject({ Bucket: bucket, Key: 'lines' })).Body.stream()) pieces += piece;
    results.lines = pieces.split('\n');
    const source = (await s3.getObject({ Bucket: bucket, Key: 'letters' })).Body;
    await s3.uploadFileobj({ Bucket: bucket, Key: 'copy', Fileobj: source });
    results.copied = await text('copy');
    return results;
  },

  async binary({ bytes }) {
    await s3.putObject({ Bucket: bucket, Key: 'binary', Body: Uint8Array.from(bytes) });
    const read = await (await s3.getObject({ Bucket: bucket, Key: 'binary' })).Body.buffer();
    return { length: read.length, byte: read[1] };
  },

  async errors({ missing }) {
    const error = await failure(() => s3.getObject({ Bucket: bucket, Key: missing }));
    const unknown = await failure(() => s3.get_objcet({}));
    const { name, code, status, kind, operation, reason, response } = error;
    return {
      name, code, status, kind, operation, message: reason,
      response: response.ResponseMetadata.HTTPStatusCode,
      unknown: unknown.kind,
      suggestion: unknown.message.includes('get_object'),
      invalid: (await failure(() => s3.getObject({ Bucket: bucket }))).kind,
    };
  },

  async hooks({ header, value, response, error }) {
    const results = {};
    const thrown = new TypeError(error);
    const hooks = [
      s3.on('before-parameter-build.s3.GetObject', (event) => {
        results.seen = Object.keys(event.params).sort();
        if (event.params.Key === 'alias') event.params.Key = 'images/1';
      }),
      s3.on('before-sign.s3.GetObject', async (event) => {
        event.request.headers[header] = value;
      }),
      s3.on('before-send.s3.GetObject', (event) => {
        results.header = event.request.headers[header];
        if (event.params.Key === 'replaced') event.response = { status: 200, headers: {}, body: response };
        if (event.params.Key === 'raise') throw thrown;
      }),
    ];
    results.changed = await text('alias');
    results.replaced = await text('replaced');
    const raised = await failure(() => text('raise'));
    assert.strictEqual(raised, thrown);
    results.raised = raised.message;
    for (const remove of hooks) assert(remove());
    assert(!hooks[0]());
    results.after_off = await text('images/1');
    return results;
  },

  async transfer({ bytes, pieces, error }) {
    const results = { uploaded: 0, downloaded: 0 };
    const file = path.join(folder, 'transfer');
    fs.writeFileSync(file, 'x'.repeat(bytes));
    const count = (name) => ({ onProgress: (amount) => void (results[name] += amount) });
    await s3.uploadFile({ Filename: file, Bucket: bucket, Key: 'transfer' }, count('uploaded'));
    await s3.downloadFile({ Bucket: bucket, Key: 'transfer', Filename: `${file}.back` }, {
      async onProgress(amount) {
        // A call inside of a progress function.
        await s3.headObject({ Bucket: bucket, Key: 'transfer' });
        results.downloaded += amount;
      },
    });
    await s3.uploadFileobj({ Bucket: bucket, Key: 'produced', Fileobj: Readable.from(pieces) });
    results.produced = await text('produced');
    results.received = '';
    const received = new Writable({
      write(piece, _, done) {
        results.received += piece;
        done();
      },
    });
    await s3.downloadFileobj({ Bucket: bucket, Key: 'produced', Fileobj: received });
    const stopped = { onProgress() { throw error; } };
    results.raised = await failure(() => s3.uploadFile({ Filename: file, Bucket: bucket, Key: 'stopped' }, stopped));
    return results;
  },

  async limits({ deadline_seconds }) {
    const controller = new AbortController();
    const call = s3.getObject({ Bucket: bucket, Key: 'images/1' }, { signal: controller.signal });
    controller.abort();
    const reason = await failure(() => call);
    assert.strictEqual(reason, controller.signal.reason);
    const timeout = deadline_seconds * 1000;
    const late = await failure(() => s3.getObject({ Bucket: bucket, Key: 'images/1' }, { timeout }));
    return { canceled: reason.name === 'AbortError' ? 'Canceled' : reason.name, deadline: late.kind };
  },

  async dynamodb({ key, range, family, more_than, digits, items }) {
    const table = await session.resource('dynamodb').createTable({
      TableName: bucket,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: key, KeyType: 'HASH' }, { AttributeName: range, KeyType: 'RANGE' }],
      AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }, { AttributeName: range, AttributeType: 'S' }],
    });
    await table.waitUntilExists();
    for (const { rivers, ...item } of items) {
      await table.putItem({ Item: { ...item, [key]: family, digits: new NumberValue(digits), rivers: rivers && new Set(rivers) } });
    }
    const found = await table.query({
      KeyConditionExpression: { key, eq: family },
      FilterExpression: { attr: 'kg', gt: more_than },
    });
    const item = found.Items[1];
    assert(item.digits instanceof NumberValue);
    const again = { Item: { [key]: family, [range]: 'boto' }, ConditionExpression: { attr: range, not_exists: true } };
    return {
      count: found.Count,
      names: found.Items.map(({ name }) => name),
      kg: item.kg,
      digits: String(item.digits),
      river: item.rivers.has('Negro'),
      condition: (await failure(() => table.putItem(again))).code,
    };
  },

  async sqs({ body, pitch, missing }) {
    const sqs = session.client('sqs');
    const { QueueUrl } = await sqs.createQueue({ QueueName: bucket });
    const MessageAttributes = { pitch: { DataType: 'Number', StringValue: pitch } };
    await sqs.sendMessage({ QueueUrl, MessageBody: body, MessageAttributes });
    const { Messages } = await sqs.receiveMessage({ QueueUrl, MessageAttributeNames: ['All'] });
    const error = await failure(() => sqs.getQueueUrl({ QueueName: missing }));
    return { body: Messages[0].Body, pitch: Messages[0].MessageAttributes.pitch.StringValue, error: error.name };
  },

  async ec2({ cidr, missing }) {
    const ec2 = session.client('ec2');
    const { Vpc } = await ec2.createVpc({ CidrBlock: cidr });
    this.vpc = Vpc.VpcId;
    const error = await failure(() => ec2.deleteVpc({ VpcId: missing }));
    return { cidr: Vpc.CidrBlock, default: Vpc.IsDefault, error: error.code };
  },

  async stubber({ key, code }) {
    const stubbed = session.client('s3');
    const stubber = stubbed.stubber();
    const response = { Contents: [{ Key: key }] };
    stubber.addResponse({ method: 'list_objects_v2', service_response: response, expected_params: { Bucket: 'any' } });
    stubber.addClientError({ method: 'get_object', service_error_code: code });
    stubber.activate();
    const { Contents } = await stubbed.listObjectsV2({ Bucket: 'any' });
    const error = await failure(() => stubbed.getObject({ Bucket: 'any', Key: 'k' }));
    stubber.assertNoPendingResponses();
    stubber.deactivate();
    return { name: error.name, keys: Contents.map(({ Key }) => Key) };
  },

  async closed() {
    const pages = s3.paginate('list_objects_v2', { Bucket: bucket });
    pages.close();
    const error = await failure(async () => {
      for await (const page of pages) assert.fail(page);
    });
    return { kind: error.kind };
  },

  async empty() {
    await s3.putObject({ Bucket: bucket, Key: 'empty', Body: '', Metadata: {} });
    const { Metadata } = await s3.headObject({ Bucket: bucket, Key: 'empty' });
    const { Vpcs } = await session.client('ec2').describeVpcs({ VpcIds: [this.vpc], Filters: [] });
    return { vpcs: Vpcs.length, metadata: Object.keys(Metadata).length };
  },

  async timestamps({ text, seconds }) {
    const time = new Date(text);
    const { LastModified } = await s3.headObject({ Bucket: bucket, Key: 'images/1' });
    return {
      text: time.toISOString().replace('.000', ''),
      seconds: time / 1000,
      ordered: time < LastModified,
      recent: Number(time) === seconds * 1000 && LastModified <= new Date(),
    };
  },
};

(async () => {
  const results = {};
  for (const { step, given } of JSON.parse(fs.readFileSync(description)).steps) results[step] = await steps[step](given);
  console.log(JSON.stringify(results));
})();
