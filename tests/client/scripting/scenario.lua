-- The steps of `scenario.json` in Lua: `given` has what each step is given, `report(step, results)` receives its results.
local tucuxi = require "tucuxi"
local url, bucket, folder = ...

local function client(service) return tucuxi.client(service, { endpoint_url = url }) end

local function failure(...)
  local ok, err = pcall(...)
  assert(not ok, "it did not fail")
  return err
end

local s3 = client "s3"

-- objects
s3:create_bucket{ Bucket = bucket }
for number, content in ipairs(given.objects.contents) do
  s3:put_object{ Bucket = bucket, Key = given.objects.prefix .. number, Body = content }
end
local keys = {}
for _, object in ipairs(s3:list_objects_v2{ Bucket = bucket, Prefix = given.objects.prefix }.Contents) do keys[#keys + 1] = object.Key end
local first = s3:get_object{ Bucket = bucket, Key = "images/1" }
report("objects", { keys = keys, content = first.Body:read(), etag = first.ETag })

-- pages
local pages = 0
keys = {}
local listing = { Bucket = bucket, Prefix = given.pages.prefix, PaginationConfig = { PageSize = given.pages.page_size } }
for page in s3:paginate("list_objects_v2", listing) do
  pages = pages + 1
  for _, object in ipairs(page.Contents) do keys[#keys + 1] = object.Key end
end
report("pages", { pages = pages, keys = keys })

-- resources
local resource = tucuxi.resource("s3", { endpoint_url = url })
local images = resource:Bucket(bucket).objects:filter{ Prefix = given.resources.prefix }
local results = { keys = {}, nested = 0 }
for object in images do
  if object.key > given.resources.after then results.keys[#results.keys + 1] = object.key end
  results.size = object.size
  if results.nested < 4 then
    for inner in images:limit(2) do results.nested = results.nested + 1 end
  end
end
for _, key in ipairs(given.resources.old) do s3:put_object{ Bucket = bucket, Key = key, Body = "" } end
results.batch = #resource:Bucket(bucket).objects:filter{ Prefix = "old/" }:delete()[1].Deleted
report("resources", results)

-- waiter
s3:wait("bucket_exists", { Bucket = bucket })
local waited = failure(s3.wait, s3, "object_exists", { Bucket = bucket, Key = given.waiter.missing, WaiterConfig = given.waiter.config })
report("waiter", { found = true, failed = waited.name })

-- streams
s3:put_object{ Bucket = bucket, Key = "letters", Body = given.streams.letters }
local body = s3:get_object{ Bucket = bucket, Key = "letters" }.Body
results = { first = body:read(3), rest = body:read(100), lines = {} }
assert(body:read(1) == nil)
body:close()
results.after_close = failure(body.read, body, 1).kind
s3:put_object{ Bucket = bucket, Key = "lines", Body = given.streams.lines }
for line in s3:get_object{ Bucket = bucket, Key = "lines" }.Body:lines() do results.lines[#results.lines + 1] = line end
s3:upload_fileobj{ Bucket = bucket, Key = "copy", Fileobj = s3:get_object{ Bucket = bucket, Key = "letters" }.Body }
results.copied = s3:get_object{ Bucket = bucket, Key = "copy" }.Body:read()
report("streams", results)

-- binary
s3:put_object{ Bucket = bucket, Key = "binary", Body = string.char(table.unpack(given.binary.bytes)) }
local binary = s3:get_object{ Bucket = bucket, Key = "binary" }.Body:read()
report("binary", { length = #binary, byte = binary:byte(2) })

-- errors
local err = failure(s3.get_object, s3, { Bucket = bucket, Key = given.errors.missing })
local unknown = failure(function() return s3:get_objcet{} end)
report("errors", {
  name = err.name, code = err.code, status = err.status, kind = err.kind, operation = err.operation, message = err.message,
  response = err.response.ResponseMetadata.HTTPStatusCode, unknown = unknown.kind,
  suggestion = tostring(unknown):find("get_object", 1, true) ~= nil,
  invalid = failure(s3.get_object, s3, { Bucket = bucket }).kind,
})

-- hooks
results = { seen = {} }
local hooks = {
  s3:on("before-parameter-build.s3.GetObject", function(event)
    results.seen = {}
    for name in pairs(event.params) do results.seen[#results.seen + 1] = name end
    table.sort(results.seen)
    if event.params.Key == "alias" then event.params.Key = "images/1" end
  end),
  s3:on("before-sign.s3.GetObject", function(event) event.request.headers[given.hooks.header] = given.hooks.value end),
  s3:on("before-send.s3.GetObject", function(event)
    results.header = event.request.headers[given.hooks.header]
    if event.params.Key == "replaced" then event.response = { status = 200, headers = {}, body = given.hooks.response } end
    if event.params.Key == "raise" then error({ reason = given.hooks.error }) end
  end),
}
results.changed = s3:get_object{ Bucket = bucket, Key = "alias" }.Body:read()
results.replaced = s3:get_object{ Bucket = bucket, Key = "replaced" }.Body:read()
results.raised = failure(s3.get_object, s3, { Bucket = bucket, Key = "raise" }).reason
for _, hook in ipairs(hooks) do assert(s3:off(hook)) end
assert(not s3:off(hooks[1]))
results.after_off = s3:get_object{ Bucket = bucket, Key = "images/1" }.Body:read()
report("hooks", results)

-- transfer
local path = folder .. "/transfer"
local file = assert(io.open(path, "wb"))
file:write(("x"):rep(given.transfer.bytes))
file:close()
results = { uploaded = 0, downloaded = 0 }
s3:upload_file{ Filename = path, Bucket = bucket, Key = "transfer", Callback = function(bytes) results.uploaded = results.uploaded + bytes end }
s3:download_file(bucket, "transfer", path .. ".back", nil, function(bytes)
  -- A call inside of a progress function.
  s3:head_object{ Bucket = bucket, Key = "transfer" }
  results.downloaded = results.downloaded + bytes
end)
local number = 0
s3:upload_fileobj{ Bucket = bucket, Key = "produced", Fileobj = function()
  number = number + 1
  return given.transfer.pieces[number]
end }
results.produced = s3:get_object{ Bucket = bucket, Key = "produced" }.Body:read()
local received = assert(io.open(path .. ".received", "w+b"))
s3:download_fileobj{ Bucket = bucket, Key = "produced", Fileobj = received }
received:seek("set")
results.received = received:read("a")
received:close()
local stopped = failure(s3.upload_file, s3, { Filename = path, Bucket = bucket, Key = "stopped", Callback = function() error(given.transfer.error, 0) end })
results.raised = stopped
report("transfer", results)

-- limits
local token = tucuxi.cancel()
token:cancel()
report("limits", {
  canceled = failure(s3.get_object, s3, { Bucket = bucket, Key = "images/1" }, { cancel = token }).kind,
  deadline = failure(s3.get_object, s3, { Bucket = bucket, Key = "images/1" }, { deadline = given.limits.deadline_seconds }).kind,
})

-- dynamodb
local dynamodb = tucuxi.resource("dynamodb", { endpoint_url = url })
local data = given.dynamodb
local made = dynamodb:create_table{
  TableName = bucket, BillingMode = "PAY_PER_REQUEST",
  KeySchema = { { AttributeName = data.key, KeyType = "HASH" }, { AttributeName = data.range, KeyType = "RANGE" } },
  AttributeDefinitions = { { AttributeName = data.key, AttributeType = "S" }, { AttributeName = data.range, AttributeType = "S" } },
}
made:wait_until_exists()
for _, item in ipairs(data.items) do
  item[data.key] = data.family
  item.digits = tucuxi.number(data.digits)
  item.rivers = item.rivers and tucuxi.set(item.rivers)
  made:put_item{ Item = item }
end
local found = made:query{ KeyConditionExpression = { key = data.key, eq = data.family }, FilterExpression = { attr = "kg", gt = data.more_than } }
results = { count = found.Count, names = {} }
for _, item in ipairs(found.Items) do results.names[#results.names + 1] = item.name end
local tucuxi_item = found.Items[2]
results.kg, results.digits, results.river = tucuxi_item.kg, tostring(tucuxi_item.digits), tucuxi_item.rivers:contains("Negro")
results.condition = failure(made.put_item, made, { Item = { [data.key] = data.family, [data.range] = "boto" }, ConditionExpression = { attr = data.range, not_exists = true } }).code
report("dynamodb", results)

-- sqs
local sqs = client "sqs"
local queue = sqs:create_queue{ QueueName = bucket }.QueueUrl
sqs:send_message{ QueueUrl = queue, MessageBody = given.sqs.body, MessageAttributes = { pitch = { DataType = "Number", StringValue = given.sqs.pitch } } }
local message = sqs:receive_message{ QueueUrl = queue, MessageAttributeNames = { "All" } }.Messages[1]
report("sqs", { body = message.Body, pitch = message.MessageAttributes.pitch.StringValue, error = failure(sqs.get_queue_url, sqs, { QueueName = given.sqs.missing }).name })

-- ec2
local ec2 = client "ec2"
local vpc = ec2:create_vpc{ CidrBlock = given.ec2.cidr }.Vpc
report("ec2", { cidr = vpc.CidrBlock, default = vpc.IsDefault, error = failure(ec2.delete_vpc, ec2, { VpcId = given.ec2.missing }).code })

-- stubber
local stubbed = client "s3"
local stubber = stubbed:stubber()
stubber:add_response{ method = "list_objects_v2", service_response = { Contents = { { Key = given.stubber.key } } }, expected_params = { Bucket = "any" } }
stubber:add_client_error("get_object", given.stubber.code)
stubber:activate()
keys = { stubbed:list_objects_v2{ Bucket = "any" }.Contents[1].Key }
err = failure(stubbed.get_object, stubbed, { Bucket = "any", Key = "k" })
stubber:assert_no_pending_responses()
stubber:deactivate()
report("stubber", { name = err.name, keys = keys })

-- closed
local closed = s3:paginate("list_objects_v2", { Bucket = bucket })
closed:close()
report("closed", { kind = failure(closed).kind })

-- empty: a list and a map, as the shapes demand
s3:put_object{ Bucket = bucket, Key = "empty", Body = "", Metadata = {} }
local metadata = 0
for _ in pairs(s3:head_object{ Bucket = bucket, Key = "empty" }.Metadata) do metadata = metadata + 1 end
report("empty", { vpcs = #ec2:describe_vpcs{ VpcIds = { vpc.VpcId }, Filters = {} }.Vpcs, metadata = metadata })

-- timestamps
local time = tucuxi.timestamp(given.timestamps.text)
local modified = s3:head_object{ Bucket = bucket, Key = "images/1" }.LastModified
report("timestamps", { text = tostring(time), seconds = time.seconds, ordered = time < modified, recent = time == tucuxi.timestamp(given.timestamps.seconds) and modified <= tucuxi.timestamp() })
