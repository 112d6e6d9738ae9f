'use strict';
// Calls, objects, streams, and errors.
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Readable } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { test } = require('node:test');
const { inspect } = require('node:util');
const { Session, TucuxiError, version } = require('tucuxi');

const session = new Session();
const s3 = session.client('s3');
const Bucket = 'calls';
const text = async (Key) => (await s3.getObject({ Bucket, Key })).Body.text();

test('objects are listed in pages, items, and results of an expression', async () => {
  await s3.createBucket({ Bucket });
  for (const Key of ['a', 'b', 'c']) await s3.putObject({ Bucket, Key, Body: Key });
  const PaginationConfig = { PageSize: 2 };
  const collected = async (iteration) => {
    const items = [];
    for await (const item of iteration) items.push(item);
    return items;
  };
  const paginator = s3.getPaginator('listObjectsV2');
  assert.deepStrictEqual((await collected(paginator.paginate({ Bucket, PaginationConfig }))).map((page) => page.Contents.length), [2, 1]);
  assert.deepStrictEqual((await collected(paginator.items({ Bucket }))).map((item) => item.Key), ['a', 'b', 'c']);
  assert.deepStrictEqual(await collected(paginator.search({ Bucket, expression: 'Contents[].Key' })), ['a', 'b', 'c']);
  assert.strictEqual((await paginator.buildFullResult({ Bucket, PaginationConfig })).Contents.length, 3);
  const pages = s3.paginate('list_objects_v2', { Bucket, PaginationConfig: { PageSize: 2, MaxItems: 1 } });
  assert.strictEqual((await collected(pages)).length, 1);
  assert.strictEqual(typeof pages.resumeToken, 'string');
  assert.throws(() => s3.paginate('put_object'), { name: 'OperationNotPageableError' });
  assert(s3.canPaginate('listObjectsV2') && !s3.canPaginate('put_object'));
});

test('a loop that was left is continued, until the iteration is closed', async () => {
  const pages = s3.paginate('list_objects_v2', { Bucket, PaginationConfig: { PageSize: 1 } });
  for await (const page of pages) {
    assert.strictEqual(page.Contents[0].Key, 'a');
    break;
  }
  for await (const page of pages) {
    assert.strictEqual(page.Contents[0].Key, 'b');
    break;
  }
  pages.close();
  await assert.rejects(pages[Symbol.asyncIterator]().next(), { kind: 'Pagination', reason: 'The iteration was closed.' });
});

test('resources have identifiers, attributes, references, collections, and actions', async () => {
  const bucket = session.resource('s3').bucket(Bucket);
  assert.strictEqual(bucket.name, Bucket);
  assert((await bucket.creationDate) instanceof Date);
  const [first] = (await (async () => { for await (const page of bucket.objects.pages()) return page; })());
  assert.strictEqual(first.bucketName, Bucket);
  assert.strictEqual((await first.Object().get()).ContentLength, 1);
  assert.strictEqual(bucket.client.serviceName, 's3');
  assert.strictEqual(bucket.nope, undefined);
  assert.strictEqual(String(bucket), "s3.Bucket(name='calls')");
  await bucket.putObject({ Key: 'd', Body: 'd' });
  await bucket.wait_until_exists();
  await assert.rejects(bucket.putObject({ Key: 'd' }, { timeout: 0.001 }), { kind: 'Deadline' });
  await assert.rejects(bucket.waitUntilNotExists({}, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
  await assert.rejects(bucket.uploadFile({}, { onProgress() {} }), { message: /Filename/ });
  const keys = [];
  for await (const object of bucket.objects.limit(2)) keys.push(object.key);
  assert.deepStrictEqual(keys, ['a', 'b']);
});

test('bodies are sent from any source and read in any way', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tucuxi-'));
  const file = path.join(folder, 'file');
  const content = Buffer.alloc(300000, 'river ');
  fs.writeFileSync(file, content);
  const web = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('we'));
      controller.enqueue(Buffer.from('b'));
      controller.close();
    },
  });
  await s3.putObject({ Bucket, Key: 'file', Body: fs.createReadStream(file) });
  await s3.putObject({ Bucket, Key: 'blob', Body: new Blob(['bl', 'ob']) });
  // Without TLS, a signature covers the body, and a checksum is a header: both need the body before.
  const config = { s3: { payload_signing_enabled: false }, request_checksum_calculation: 'when_required' };
  const once = session.client('s3', { config });
  await once.putObject({ Bucket, Key: 'web', Body: web, ContentLength: 3 });
  await once.putObject({ Bucket, Key: 'generator', ContentLength: 2, Body: (async function* () { yield 'g'; yield Buffer.from('e'); })() });
  await once.putObject({ Bucket, Key: 'response', Body: (await s3.getObject({ Bucket, Key: 'blob' })).Body });
  await assert.rejects(s3.putObject({ Bucket, Key: 'k', Body: Readable.from(['x']) }), { name: 'UnseekableStreamError' });
  await assert.rejects(s3.putObject({ Bucket, Key: 'k', Body: fs.createReadStream(folder + '/nope') }), { kind: 'Stream' });
  await s3.uploadFileobj({ Bucket, Key: 'upload', Fileobj: Readable.from(['up', 'load']) });
  assert.deepStrictEqual(await (await s3.getObject({ Bucket, Key: 'file' })).Body.buffer(), content);
  for (const [key, expected] of [['blob', 'blob'], ['web', 'web'], ['generator', 'ge'], ['response', 'blob'], ['upload', 'upload']]) {
    assert.strictEqual(await text(key), expected);
  }
  const { Body } = await s3.getObject({ Bucket, Key: 'file' });
  assert.strictEqual(Body.length, 300000);
  await pipeline(Body.stream(), fs.createWriteStream(path.join(folder, 'copy')));
  assert(fs.readFileSync(path.join(folder, 'copy')).equals(content));
  await assert.rejects(Body.read(), { name: 'ResponseStreamingError', kind: 'Stream' });
  const received = fs.createWriteStream(path.join(folder, 'received'));
  await s3.downloadFileobj({ Bucket, Key: 'file', Fileobj: received });
  await new Promise((resolve) => received.end(resolve));
  assert(fs.readFileSync(path.join(folder, 'received')).equals(content));
  await s3.putObject({ Bucket, Key: 'json', Body: '{"a": 1}' });
  assert.deepStrictEqual(await (await s3.getObject({ Bucket, Key: 'json' })).Body.json(), { a: 1 });
  fs.rmSync(folder, { recursive: true });
});

test('errors have a name, a code, a status, and the response', async () => {
  const error = await s3.getObject({ Bucket, Key: 'nope' }).catch((error) => error);
  assert(error instanceof TucuxiError && error instanceof Error);
  const { name, code, status, kind, operation, reason, attempts, retryable, throttling } = error;
  assert.deepStrictEqual(
    { name, code, status, kind, operation, reason, attempts, retryable, throttling },
    {
      name: 'NoSuchKey', code: 'NoSuchKey', status: 404, kind: 'Service', operation: 'GetObject',
      reason: 'The specified key does not exist.', attempts: 1, retryable: false, throttling: false,
    },
  );
  assert.strictEqual(typeof error.requestId, 'string');
  assert.strictEqual(error.response.Error.Code, 'NoSuchKey');
  assert.match(error.message, /^An error occurred \(NoSuchKey\) when calling the GetObject operation: .*status 404/);
  assert.match(error.stack, /calls\.test\.js/);
  await assert.rejects(s3.getObjcet({}), { kind: 'UnknownOperation', message: /Did you mean GetObject/ });
  assert.throws(() => session.client('s4'), { name: 'UnknownServiceError' });
  assert.throws(() => new Session({ regoin: 'x' }), { message: /no session option "regoin"/ });
  assert.throws(() => new Session({ accessKeyId: 'a' }), { name: 'PartialCredentialsError' });
});

test('a call has options', async () => {
  let header;
  const remove = s3.on('before-send.s3.HeadBucket', (event) => void (header = event.request.headers['x-own']));
  await s3.headBucket({ Bucket }, { headers: { 'x-own': 'yes' }, timeout: 10000 });
  remove();
  assert.strictEqual(header, 'yes');
  await assert.rejects(s3.headBucket({ Bucket }, { timout: 1 }), { name: 'TypeError', message: /^Unknown option of a call: timout/ });
  await assert.rejects(s3.headBucket({ Bucket }, { timeout: -1 }), { name: 'TypeError' });
  await assert.rejects(s3.headBucket({ Bucket }, { signal: AbortSignal.abort() }), { name: 'AbortError' });
  await assert.rejects(s3.wait('bucket_exists', { Bucket: 'nope' }, { timeout: 200 }), { name: 'WaiterError', message: /Deadline of 200ms/ });
  const own = new Error('own reason');
  const controller = new AbortController();
  const waiting = s3.wait('bucketExists', { Bucket: 'nope' }, { signal: controller.signal });
  setTimeout(() => controller.abort(own), 50);
  const start = Date.now();
  await assert.rejects(waiting, own);
  assert(Date.now() - start < 1000);
});

test('objects can be inspected', async () => {
  assert.strictEqual(await s3, s3);
  assert.strictEqual(JSON.stringify({ s3: session }), '{"s3":{}}');
  assert.match(inspect(s3), /^Client/);
  assert('listObjectsV2' in s3 && 'list_objects_v2' in s3 && !('listObjcets' in s3));
  const names = Object.getOwnPropertyNames(s3);
  assert(names.includes('putObject') && names.includes('uploadFile') && names.includes('regionName'));
  assert.strictEqual(s3.listBuckets, s3.listBuckets);
  assert.deepStrictEqual([s3.serviceName, s3.region_name, session.region], ['s3', 'us-east-1', 'us-east-1']);
  assert.strictEqual(s3.describe('putObject').name, 'PutObject');
  assert(s3.members().some(({ name, parameters }) => name === 'upload_file' && parameters[0] === 'Filename'));
  assert.match(await s3.presign('getObject', { Bucket, Key: 'a' }, 60), /calls\/a\?.*X-Amz-Expires=60|Expires=/);
  assert(session.availableServices().includes('dynamodb'));
  assert.strictEqual((await session.credentials()).access_key, 'testing');
  assert.match(version, /^\d+\.\d+\.\d+$/);
});

test('a program ends when nothing is left to do, and not before', () => {
  const program = `const { Session } = require('tucuxi');
    new Session().client('s3').listBuckets().then(({ Buckets }) => console.log(Buckets.length));`;
  const printed = execFileSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8', timeout: 20000 });
  assert.strictEqual(printed, '1\n');
});
