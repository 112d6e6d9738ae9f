"""``boto3.dynamodb.table.BatchWriter``."""


class BatchWriter:
    """Writes items to a table in batches of 25, and repeats those that the service did not process."""

    def __init__(self, table_name, client, flush_amount=25, overwrite_by_pkeys=None):
        self._table_name, self._client, self._flush_amount = table_name, client, flush_amount
        self._overwrite_by_pkeys, self._items_buffer = overwrite_by_pkeys, []

    def put_item(self, Item):
        """Puts an item."""
        self._add({"PutRequest": {"Item": Item}})

    def delete_item(self, Key):
        """Deletes an item."""
        self._add({"DeleteRequest": {"Key": Key}})

    def _add(self, request):
        if self._overwrite_by_pkeys:
            keys = self._keys(request)
            self._items_buffer = [own for own in self._items_buffer if self._keys(own) != keys]
        self._items_buffer.append(request)
        if len(self._items_buffer) >= self._flush_amount:
            self._flush()

    def _keys(self, request):
        item = request["PutRequest"]["Item"] if "PutRequest" in request else request["DeleteRequest"]["Key"]
        return [item[name] for name in self._overwrite_by_pkeys]

    def _flush(self):
        sent, self._items_buffer = self._items_buffer[: self._flush_amount], self._items_buffer[self._flush_amount :]
        response = self._client.batch_write_item(RequestItems={self._table_name: sent})
        self._items_buffer.extend((response.get("UnprocessedItems") or {}).get(self._table_name) or [])

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        while self._items_buffer:
            self._flush()


BatchWriter.__module__ = "boto3.dynamodb.table"
