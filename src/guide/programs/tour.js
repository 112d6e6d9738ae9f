const { Session } = require('tucuxi');

async function main() {
  const session = new Session();
  const s3 = session.client('s3');

  await s3.createBucket({ Bucket: 'river' });
  for (const number of [1, 2, 3]) {
    await s3.putObject({ Bucket: 'river', Key: `images/${number}`, Body: 'x'.repeat(number) });
  }

  for await (const page of s3.paginate('list_objects_v2', { Bucket: 'river' })) {
    console.log(`${page.Contents.length} objects`);
  }

  const images = session.resource('s3').Bucket('river').objects.filter({ Prefix: 'images/' });
  for await (const object of images.limit(2)) console.log(object.key, await object.size);

  try {
    await s3.getObject({ Bucket: 'river', Key: 'nope' });
  } catch (error) {
    console.log(error.code, error.status, error.reason);
  }

  const { Body } = await s3.getObject({ Bucket: 'river', Key: 'images/3' });
  console.log(await Body.text());
}

main();
