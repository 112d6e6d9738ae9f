// The typings accept this, and only this: see the lines with an expected error.
import { createReadStream, createWriteStream } from 'node:fs';
import { Body, NumberValue, Session, TucuxiError, version } from './tucuxi';

async function program(): Promise<string> {
  const session = new Session({ region: 'eu-west-1', credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }) });
  const s3 = session.client('s3', { endpoint: 'http://localhost:9000', config: { s3: { addressing_style: 'path' } } });
  await s3.putObject({ Bucket: 'b', Key: 'k', Body: createReadStream('file') }, { timeout: 1000, signal: AbortSignal.timeout(5) });
  await s3.downloadFileobj({ Bucket: 'b', Key: 'k', Fileobj: createWriteStream('file') }, { onProgress: (bytes: number) => bytes });
  const body: Body = (await s3.getObject({ Bucket: 'b', Key: 'k' })).Body;
  for await (const piece of body) console.log(piece.length);
  for await (const page of s3.paginate('list_objects_v2', { Bucket: 'b' }, { timeout: 1000 })) console.log(page.Contents);
  for await (const key of s3.getPaginator('listObjectsV2').search({ Bucket: 'b', expression: 'Contents[].Key' })) console.log(key);
  await s3.wait('bucketExists', { Bucket: 'b' });
  const remove: () => boolean = s3.on('before-sign.s3.PutObject', async (event) => {
    if (event.request) event.request.headers['x-trace'] = '42';
  });
  remove();
  const table = session.resource('dynamodb').Table('t');
  await table.putItem({ Item: { n: new NumberValue('1.5'), big: 5n, tags: new Set(['a']), at: new Date(), bytes: Buffer.from('x') } });
  // @ts-expect-error: functions are no values
  s3.paginate('list_objects_v2', { Bucket: { a: () => 1 } });
  // @ts-expect-error: there is no such option
  s3.paginate('list_objects_v2', {}, { timout: 5 });
  // @ts-expect-error: the name is missing
  session.client();
  try {
    await s3.presign('getObject', { Bucket: 'b', Key: 'k' }, 60);
  } catch (error) {
    if (error instanceof TucuxiError) return `${error.code} ${error.status} ${error.requestId}`;
  }
  return version;
}
program();
