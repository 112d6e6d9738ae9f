'use strict';
// Functions of JavaScript that calls use: what they throw, what they call, and what ends while they run.
const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Readable, Writable } = require('node:stream');
const { test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { Session } = require('tucuxi');

const session = new Session();
const s3 = session.client('s3');
// Without TLS, a body that can be read only once must not be covered by a signature.
const config = { s3: { payload_signing_enabled: false }, request_checksum_calculation: 'when_required' };
const once = session.client('s3', { config });
const Bucket = 'callbacks';
const never = () => new Promise(() => {});

test('what a hook throws is what the call fails with', async () => {
  await s3.createBucket({ Bucket });
  for (const thrown of [new TypeError('own'), 'text', undefined, { code: 5 }]) {
    for (const hook of [() => { throw thrown; }, async () => { throw thrown; }]) {
      const remove = s3.on('before-call.s3.ListBuckets', hook);
      const error = await s3.listBuckets().then(() => 'no error', (error) => error);
      assert.strictEqual(error, thrown);
      assert(remove());
    }
  }
  assert((await s3.listBuckets()).Buckets.length > 0);
  assert.throws(() => s3.on('before-cal.s3.ListBuckets', () => {}), { message: /before-cal/ });
  assert.throws(() => s3.on('before-call', 'no function'), TypeError);
});

test('a hook calls the client, and sees and changes its event', async () => {
  const stages = [];
  const hooks = [
    s3.on('before-parameter-build.s3.HeadBucket', async (event) => {
      stages.push(event.name);
      const { Buckets } = await s3.listBuckets();
      event.params.Bucket = Buckets[0].Name;
    }),
    s3.on('after-call.s3.HeadBucket', (event) => {
      event.result.Own = new Set([1]);
      stages.push(event.response.status);
    }),
  ];
  assert.deepStrictEqual((await s3.headBucket({ Bucket: 'nope' })).Own, new Set([1]));
  assert.deepStrictEqual(stages, ['before-parameter-build.s3.HeadBucket', 200]);
  hooks.forEach((remove) => remove());
});

test('a hook of a session counts for clients that are created later', async () => {
  const own = new Session();
  let seen = 0;
  own.on('before-call', () => void (seen += 1));
  await own.client('s3').listBuckets();
  await own.client('sqs').listQueues();
  assert.strictEqual(seen, 2);
});

test('a hook that does not answer is left by a signal', async () => {
  // The abandoned hook belongs to no call, so the call ends when the process does; the test is that nothing else hangs.
  const remove = s3.on('before-call.s3.ListBuckets', () => new Promise((resolve) => setTimeout(resolve, 300)));
  const controller = new AbortController();
  const call = s3.listBuckets({}, { signal: controller.signal });
  setTimeout(() => controller.abort(), 20);
  await assert.rejects(call, { name: 'AbortError' });
  remove();
});

test('a body that fails or stalls ends its call', async () => {
  const own = new Error('the tap is closed');
  const failing = Readable.from((async function* () { yield 'a'; throw own; })());
  await assert.rejects(once.putObject({ Bucket, Key: 'k', Body: failing, ContentLength: 5 }), own);
  const stalled = { [Symbol.asyncIterator]: () => ({ next: never }) };
  const start = Date.now();
  const params = { Bucket, Key: 'k', Body: stalled, ContentLength: 5 };
  await assert.rejects(once.putObject(params, { signal: AbortSignal.timeout(100) }), { name: 'TimeoutError' });
  await assert.rejects(once.putObject(params, { timeout: 100 }));
  assert(Date.now() - start < 3000);
  await assert.rejects(once.putObject({ Bucket, Key: 'k', Body: Readable.from([5]), ContentLength: 1 }), /A body returns text or bytes, not a number/);
  const unread = Readable.from(['a']);
  await assert.rejects(once.putObject({ Bucket: 'nope-nope', Key: 'k', Body: unread, ContentLength: 1 }));
  assert(unread.destroyed);
});

test('a progress function throws, and a destination fails', async () => {
  await s3.putObject({ Bucket, Key: 'large', Body: Buffer.alloc(1 << 20) });
  const own = new RangeError('enough');
  const progress = { onProgress() { throw own; } };
  await assert.rejects(s3.downloadFileobj({ Bucket, Key: 'large', Fileobj: () => {} }, progress), own);
  const full = new Writable({ write(piece, _, done) { done(own); } });
  await assert.rejects(s3.downloadFileobj({ Bucket, Key: 'large', Fileobj: full }), own);
  await assert.rejects(s3.downloadFileobj({ Bucket, Key: 'large', Fileobj: 5 }), { name: 'TypeError' });
});

test('methods of resources report progress and take streams and clients', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tucuxi-'));
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, Buffer.alloc(300_000));
  const object = session.resource('s3').Object(Bucket, 'of a resource');
  const counted = () => {
    const count = (bytes) => void (count.bytes += bytes);
    count.bytes = 0;
    return count;
  };
  const [up, down, own] = [counted(), counted(), new RangeError('enough')];
  await object.uploadFile({ Filename: file }, { onProgress: up });
  await object.downloadFile({ Filename: `${file}2` }, { onProgress: down });
  assert.deepStrictEqual([up.bytes, down.bytes, fs.statSync(`${file}2`).size], [300_000, 300_000, 300_000]);
  await assert.rejects(object.uploadFile({ Filename: file }, { onProgress() { throw own; } }), own);
  const bucket = session.resource('s3').Bucket(Bucket);
  await bucket.uploadFileobj({ Fileobj: Readable.from(['ab', 'cd']), Key: 'piped' });
  const pieces = [];
  await bucket.downloadFileobj({ Key: 'piped', Fileobj: (piece) => void pieces.push(piece) });
  assert.strictEqual(Buffer.concat(pieces).toString(), 'abcd');
  await bucket.Object('copied').copy({ CopySource: { Bucket, Key: 'piped' } }, { sourceClient: s3 });
  assert.strictEqual(await (await s3.getObject({ Bucket, Key: 'copied' })).Body.text(), 'abcd');
  fs.rmSync(folder, { recursive: true });
});

test('a plan of transfers is executed in parts', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tucuxi-'));
  for (const [name, size] of [['a', 50], ['b', 30], ['c', 20]]) fs.writeFileSync(path.join(folder, name), Buffer.alloc(size));
  const plan = await s3.planTransfers({ Source: folder, Target: `s3://${Bucket}/planned` });
  assert.strictEqual(plan.items.length, 3);
  // As data, a part travels to a worker or another machine.
  const parts = JSON.parse(JSON.stringify(await s3.splitPlan({ Plan: plan, Parts: 2 })));
  let bytes = 0;
  const reports = await Promise.all(parts.map((Plan) => s3.executePlan({ Plan }, { onProgress: (count) => void (bytes += count) })));
  const { objects, failures } = await s3.mergeReports({ Reports: reports });
  assert.deepStrictEqual([reports.map((report) => report.bytes), objects, failures, bytes], [[50, 50], 3, [], 100]);
  fs.rmSync(folder, { recursive: true });
});

test('credentials come from a function', async () => {
  let calls = 0;
  const own = new Session({
    async credentials() {
      calls += 1;
      return { accessKeyId: 'AKIDOWN', secretAccessKey: 'SECRET', sessionToken: 'TOKEN', expiration: new Date(Date.now() + 3600e3) };
    },
  });
  const client = own.client('s3');
  let signed;
  client.on('before-send', (event) => void (signed = event.request.headers));
  await client.listBuckets();
  await client.listBuckets();
  assert.strictEqual(calls, 1);
  assert.match(signed.Authorization, /AKIDOWN/);
  assert.strictEqual(signed['X-Amz-Security-Token'], 'TOKEN');
  const failing = new Session({ credentials() { throw new Error('the vault is sealed'); } });
  await assert.rejects(failing.client('s3').listBuckets(), /the vault is sealed/);
  await assert.rejects(new Session({ credentials: () => ({ accessKeyId: 'a' }) }).client('s3').listBuckets(), { kind: 'ParamValidation' });
});

test('handles that are closed fail with typed errors', async () => {
  const { Body } = await s3.getObject({ Bucket, Key: 'large' });
  assert.strictEqual((await Body.read(10)).length, 10);
  Body.close();
  Body.close();
  await assert.rejects(Body.read(10), { kind: 'Stream' });
  await assert.rejects(Body.text(), { kind: 'Stream' });
  const stubber = s3.stubber();
  stubber.activate();
  stubber.close();
  assert((await s3.listBuckets()).Buckets.length > 0);
});

test('a signal ends the reading of a body', async () => {
  const controller = new AbortController();
  const { Body } = await s3.getObject({ Bucket, Key: 'large' }, { signal: controller.signal });
  await Body.read(10);
  controller.abort();
  await assert.rejects(async () => {
    for (;;) if ((await Body.read(100000)).length === 0) return;
  }, { name: 'AbortError' });
});

test('threads of Node have modules of their own, and end while calls wait for them', async () => {
  const program = `const { Session } = require('tucuxi');
    const { parentPort, workerData } = require('node:worker_threads');
    const s3 = new Session().client('s3');
    s3.on('before-call', () => {
      parentPort.postMessage('waiting');
      return workerData.answers ? undefined : new Promise(() => {});
    });
    s3.listBuckets().then(({ Buckets }) => parentPort.postMessage(Buckets.length));`;
  const worker = (answers) => {
    const made = new Worker(program, { eval: true, workerData: { answers } });
    const message = () => new Promise((resolve, reject) => made.once('message', resolve).once('error', reject));
    return [made, message];
  };
  const [answering, answer] = worker(true);
  assert.strictEqual(await answer(), 'waiting');
  assert.strictEqual(await answer(), 1);
  await answering.terminate();
  for (let round = 0; round < 5; round++) {
    const [stuck, waiting] = worker(false);
    assert.strictEqual(await waiting(), 'waiting');
    await stuck.terminate();
  }
});

test('a program exits while calls are in progress', () => {
  const program = `const { Session } = require('tucuxi');
    const s3 = new Session().client('s3');
    s3.on('before-call', () => new Promise(() => {}));
    for (let i = 0; i < 20; i++) s3.listBuckets();
    setTimeout(() => { console.log('bye'); process.exit(3); }, 200);`;
  const run = () => execFileSync(process.execPath, ['-e', program], { cwd: __dirname, encoding: 'utf8', timeout: 20000, stdio: 'pipe' });
  assert.throws(run, (error) => error.status === 3 && error.stdout === 'bye\n');
});
