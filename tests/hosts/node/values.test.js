'use strict';
// Values in both directions, by way of a DynamoDB table and of hooks.
const assert = require('node:assert');
const { test } = require('node:test');
const { NumberValue, Session } = require('tucuxi');

const session = new Session();
const dynamodb = session.resource('dynamodb');
const s3 = session.client('s3');

/** What the service returns for a value. */
async function stored(value) {
  const table = dynamodb.Table('values');
  await table.putItem({ Item: { id: 'a', value } });
  return (await table.getItem({ Key: { id: 'a' } })).Item.value;
}

test('values come back as they were', async () => {
  const table = await dynamodb.createTable({
    TableName: 'values',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  await table.waitUntilExists();
  const values = [
    null, true, 'text', 'Grüße 🐬', '', 0, -5, 1.5, 2 ** 53 - 1, 2n ** 53n, -(2n ** 63n), 12345678901234567890123n,
    Buffer.from([0, 255]), [], [1, ['two']], {}, { a: { b: [] } }, new Set(['a', 'b']), new Set([1, 2.5]), new Set([Buffer.from('x')]),
  ];
  for (const value of values) assert.deepStrictEqual(await stored(value), value);
});

test('decimals keep their digits', async () => {
  const digits = '1234567890.12345678901234567890';
  const back = await stored(new NumberValue(digits));
  assert(back instanceof NumberValue);
  assert.strictEqual(String(back), digits);
  assert.strictEqual(Number(back), 1234567890.1234567);
  assert.strictEqual(JSON.stringify({ back: new NumberValue('1.50') }), '{"back":"1.50"}');
  assert.throws(() => new NumberValue('0x10'), { message: '"0x10" is not a number' });
});

test('other forms of the same data', async () => {
  assert.deepStrictEqual(await stored(new Map([['a', new Map()]])), { a: {} });
  for (const bytes of [new Uint8Array([1, 2, 3]).subarray(1), new DataView(new Uint8Array([2, 3]).buffer), new Uint8Array([2, 3]).buffer]) {
    assert.deepStrictEqual(await stored(bytes), Buffer.from([2, 3]));
  }
  assert.deepStrictEqual(await stored({ a: undefined, b: 1 }), { b: 1 });
  class Point {
    constructor() {
      this.x = 1;
    }

    get y() {
      return 2;
    }
  }
  assert.deepStrictEqual(await stored(new Point()), { x: 1 });
});

test('timestamps are dates', async () => {
  let sent;
  const remove = s3.on('before-send.s3.HeadObject', (event) => {
    sent = event;
    const headers = { 'last-modified': 'Sun, 25 Jan 2015 08:00:00 GMT', 'content-length': '7' };
    event.response = { status: 200, headers };
  });
  const time = new Date('2020-01-01T00:00:00Z');
  const head = await s3.headObject({ Bucket: 'b', Key: 'k', IfModifiedSince: time });
  assert.deepStrictEqual(head.LastModified, new Date('2015-01-25T08:00:00Z'));
  assert.strictEqual(head.ContentLength, 7);
  assert.strictEqual(sent.request.headers['If-Modified-Since'], 'Wed, 01 Jan 2020 00:00:00 GMT');
  assert.deepStrictEqual(sent.params.IfModifiedSince, time);
  assert(remove());
});

test('what is no data is rejected with its path', async () => {
  const circular = {};
  circular.circular = circular;
  const cases = [
    [{ Metadata: { a: () => 1 } }, /Invalid type for parameter Metadata.a, type: function$/],
    [{ Metadata: [1, Symbol('s')] }, /Invalid type for parameter Metadata\[1\], type: symbol$/],
    [{ Metadata: { a: s3 } }, /Invalid type for parameter Metadata.a._handle, type: client/],
    [{ IfModifiedSince: new Date(NaN) }, /Invalid value for parameter IfModifiedSince: the date is invalid$/],
    [{ Metadata: new Map([[1, 2]]) }, /Invalid value for parameter Metadata: a key is not a string$/],
    [circular, /it is nested too deeply, or it contains itself$/],
    [5, /Invalid type for the parameters, type: number/],
    [{ Key: 5 }, /Invalid type for parameter Key/],
  ];
  for (const [params, message] of cases) {
    const invalid = { name: 'ParamValidationError', kind: 'ParamValidation', message };
    await assert.rejects(s3.getObject(params), invalid);
  }
  const getter = { get Key() { throw new RangeError('own'); } };
  await assert.rejects(s3.getObject({ Metadata: getter }), { name: 'RangeError', message: 'own' });
});
