-- The part of the binding that is written in Lua: only Lua can raise a value as it is, and keep functions by number.
local library = ...

-- Returns the results of a call, or raises its error.
local function checked(ok, ...)
  if ok then return ... end
  error((...), 0)
end

local functions, raised = {}, {}

-- Methods by name, shared by all objects.
local methods = {}

local function method(name)
  local found = methods[name]
  if not found then
    found = function(self, ...) return checked(library.call(self, name, ...)) end
    methods[name] = found
  end
  return found
end

-- The lines of a body without their ends, read in blocks.
function methods.lines(body)
  local rest, ended = "", false
  return function()
    while true do
      local at = rest:find("\n", 1, true)
      if at then
        local line = rest:sub(1, at - 1)
        rest = rest:sub(at + 1)
        return line
      end
      local block = not ended and body:read(65536)
      if block then
        rest = rest .. block
      elseif rest ~= "" then
        local line = rest
        rest, ended = "", true
        return line
      else
        return nil
      end
    end
  end
end

local object = {}

-- The methods of clients that were looked up, which never change.
local of_clients = setmetatable({}, { __mode = "k" })

function object.__index(self, name)
  local known = of_clients[self]
  local found = known and known[name]
  if found then return found end
  local kind, value = library.index(self, name)
  if kind ~= "method" then return checked(kind == "value", value) end
  found = method(name)
  if not known and library.kind(self) == "client" then
    known = {}
    of_clients[self] = known
  end
  if known then known[name] = found end
  return found
end

-- `for item in object`: an iteration continues by itself; a collection starts a new one, which is found by its last item.
local iterations = setmetatable({}, { __mode = "k" })

function object.__call(self, _, last)
  local iteration = self
  if library.kind(self) == "collection" then
    iteration = last ~= nil and iterations[last] or checked(library.call(self, "iterate"))
  end
  local item = checked(library.next(iteration))
  if item ~= nil and iteration ~= self then iterations[item] = iteration end
  return item
end

function object.__close(self) library.call(self, "close") end
function object.__tostring(self) return library.repr(self) end

-- Marks of tables whose kind cannot be seen: empty ones, and sets.
local list = { __name = "tucuxi.list" }
local map = { __name = "tucuxi.map" }
local set = { __name = "tucuxi.set" }
set.__index = set

function set.contains(self, item)
  for _, value in ipairs(self) do
    if value == item then return true end
  end
  return false
end

local module = {
  null = library.null,
  version = library.version,
  list = function(items) return setmetatable(items or {}, list) end,
  map = function(entries) return setmetatable(entries or {}, map) end,
  set = function(items) return setmetatable(items or {}, set) end,
  cancel = library.cancel,
}
for _, name in ipairs { "session", "client", "resource", "bytes", "number", "timestamp" } do
  module[name] = function(...) return checked(library[name](...)) end
end

local support = {
  object = object,
  marks = { list = list, map = map, set = set },
  keep = function(number, value) functions[number], raised[number] = value, nil end,
  -- Calls a function; keeps the error that it raises under the number.
  run = function(number, ...)
    local results = table.pack(pcall(functions[number], ...))
    if results[1] then return true, results[2] end
    raised[number] = results[2]
    return false, tostring(results[2])
  end,
  take_raised = function(number)
    local value = raised[number]
    raised[number] = nil
    return value
  end,
  -- The function that reads or writes an open file, if it is one.
  file = function(file, writes)
    if not io or io.type(file) ~= "file" then return nil end
    if writes then return function(bytes) assert(file:write(bytes)) end end
    return function(count) return file:read(count) end
  end,
  -- Runs a program; its error comes with the positions in the script.
  execute = function(program, ...)
    return xpcall(program, function(reason) return library.traceback(tostring(reason)) end, ...)
  end,
}
return module, support
