"""Transfers in the background."""
import io, boto3, threading
from boto3.s3.transfer import TransferConfig, create_transfer_manager
from s3transfer.manager import TransferManager
from s3transfer.subscribers import BaseSubscriber
class Progress(BaseSubscriber):
    def __init__(self): self.seen, self.ended, self._lock = 0, threading.Event(), threading.Lock()
    def on_progress(self, future, bytes_transferred, **kwargs):
        with self._lock: self.seen += bytes_transferred
    def on_done(self, future, **kwargs): self.ended.set()
s3 = boto3.client("s3"); s3.create_bucket(Bucket="background")
manager = create_transfer_manager(s3, TransferConfig(max_concurrency=4)); p = Progress()
futures = [manager.upload(io.BytesIO(b"x" * n), "background", str(n), subscribers=[p] if n == 5 else None) for n in range(1, 9)]
for f in futures: f.result()
print(p.seen, p.ended.wait(5), all(f.done() for f in futures))
out = io.BytesIO(); manager.download("background", "3", out).result(); print(out.getvalue())
manager.copy({"Bucket": "background", "Key": "4"}, "background", "copy").result(); manager.delete("background", "4").result(); manager.shutdown()
print([o.key for o in boto3.resource("s3").Bucket("background").objects.all()])
with TransferManager(s3) as m:
    try: m.download("background", "none", io.BytesIO()).result()
    except Exception as e: print(type(e).__name__)
