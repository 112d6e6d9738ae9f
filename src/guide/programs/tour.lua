local tucuxi = require "tucuxi"
local s3 = tucuxi.client("s3")

s3:create_bucket{ Bucket = "river" }
for number = 1, 3 do
  s3:put_object{ Bucket = "river", Key = "images/" .. number, Body = ("x"):rep(number) }
end

for page in s3:paginate("list_objects_v2", { Bucket = "river" }) do
  print(#page.Contents .. " objects")
end

local images = tucuxi.resource("s3"):Bucket("river").objects:filter{ Prefix = "images/" }
for object in images:limit(2) do
  print(object.key, object.size)
end

local ok, err = pcall(s3.get_object, s3, { Bucket = "river", Key = "nope" })
if not ok then print(err.code, err.status, err.response.Error.Message) end

print(s3:get_object{ Bucket = "river", Key = "images/3" }.Body:read())
