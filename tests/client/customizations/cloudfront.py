"""Records the URLs that botocore's CloudFrontSigner makes: `python cloudfront.py > cloudfront.jsonl`, with botocore 1.44.5 and
cryptography, which signs.

The first line has one key in both forms. The others are `[URL, parameters of the policy, policy or null, signed URL]`; a row
without a policy has a canned one.
"""

import datetime
import json
import os
import random
import time

os.environ["TZ"] = "UTC"
time.tzset()

from botocore.signers import CloudFrontSigner  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: E402

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
formats = {"pkcs1": serialization.PrivateFormat.TraditionalOpenSSL, "pkcs8": serialization.PrivateFormat.PKCS8}
plain = serialization.NoEncryption()
print(json.dumps({name: key.private_bytes(serialization.Encoding.PEM, kind, plain).decode() for name, kind in formats.items()}))

pick = random.Random(5)
signer = CloudFrontSigner("K2JCJMDEHXQW5F", lambda policy: key.sign(policy, padding.PKCS1v15(), hashes.SHA1()))


def word(letters, longest):
    return "".join(pick.choice(letters) for _ in range(pick.randint(1, longest)))


def url():
    path = "/".join(word("aZ09-_.~%*é€😀\"\\+ ", 9) for _ in range(pick.randint(0, 3)))
    query = pick.choice(["", "", "?", "?a=b", "?" + word("aZ09=&%+?\"\\", 12)])
    return f"{pick.choice(['https', 'http', 'rtmp'])}://d{word('abc019', 12)}.cloudfront.net/{path}{query}"


def date():
    date = datetime.datetime.fromtimestamp(pick.randint(0, 4102444800), datetime.timezone.utc)
    offset = datetime.timezone(datetime.timedelta(minutes=pick.randint(-14 * 4, 14 * 4) * 15))
    date = pick.choice([date, date.replace(tzinfo=None), date.astimezone(offset)])
    return date.replace(microsecond=pick.choice([0, 1, 500000, 999999]))


def conditions():
    made = {"date_less_than": date()}
    if pick.random() < 0.5:
        made["date_greater_than"] = date()
    if pick.random() < 0.5:
        address = ".".join(str(pick.randint(0, 255)) for _ in range(4))
        made["ip_address"] = pick.choice([address, f"{address}/{pick.randint(0, 32)}"])
    return made


for number in range(200):
    target, made, policy = url(), conditions(), None
    if number % 2:
        made = {"date_less_than": made["date_less_than"]}
        signed = signer.generate_presigned_url(target, **made)
    elif number % 10 == 0:
        made, policy = {}, word('{}[]":,aé€😀 \n', 40)
        signed = signer.generate_presigned_url(target, policy=policy)
    else:
        policy = signer.build_policy(target, **made)
        signed = signer.generate_presigned_url(target, policy=policy)
    shown = {name: value.isoformat() if isinstance(value, datetime.datetime) else value for name, value in made.items()}
    print(json.dumps([target, shown, policy, signed]))
