'use strict';
// Many calls at once on one client, a third of them canceled.
const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const { test } = require('node:test');
const { setTimeout: sleep } = require('node:timers/promises');
const { Session } = require('tucuxi');

const threads = () => fs.readdirSync('/proc/self/task').length;

test('500 calls, a third of them canceled, leave right answers, no thread, and no connection', async () => {
  const server = http.createServer(async (request, response) => {
    await sleep(300);
    response.end(request.url);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const before = threads();
  const endpoint = `http://127.0.0.1:${server.address().port}`;
  const s3 = new Session().client('s3', { endpoint, config: { max_pool_connections: 10, retries: { max_attempts: 1 } } });
  const start = Date.now();
  const results = await Promise.allSettled(
    Array.from({ length: 500 }, async (_, index) => {
      const controller = new AbortController();
      const call = s3.getObject({ Bucket: 'bucket', Key: `key-${index}` }, { signal: controller.signal });
      if (index % 3 === 0) setTimeout(() => controller.abort(), 100 + (index % 100));
      return (await call).Body.text();
    }),
  );
  const took = Date.now() - start;
  results.forEach(({ status, value, reason }, index) => {
    if (index % 3 === 0) assert.strictEqual(reason && reason.name, 'AbortError', `call ${index}: ${status} ${value}`);
    else assert.strictEqual(value, `/bucket/key-${index}`);
  });
  // Four workers would need 25 seconds.
  assert(took < 15000, `${took} ms`);
  const connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  for (let wait = 0; wait < 100 && ((await connections()) > 10 || threads() > before); wait++) await sleep(100);
  assert(threads() <= before, `${threads()} threads, ${before} before`);
  assert((await connections()) <= 10, `${await connections()} connections`);
  server.close();
  server.closeAllConnections();
});
