-- dumpstream in Fluent Bit: a filter, or a processor, that takes goroutine dumps out of the log and puts their summaries in.
-- Only lines that may begin a dump, and those of a stream with a dump open, are asked about; all others never leave Fluent Bit.
-- Fails open: without an answer every record goes on as it is. The protocol stands in src/cli/bridge.ts.
local COMMAND = os.getenv("DUMPSTREAM") or "dumpstream bridge"
local KEY = os.getenv("DUMPSTREAM_KEY") or "log"
local WAIT_MS = tonumber(os.getenv("DUMPSTREAM_WAIT_MS") or "5000")
-- Seconds until a bridge that failed is started anew.
local BACK_OFF = 2
-- A longer text is not asked about.
local LONGEST = 1048576
local STARTS = { "goroutine ", "panic: ", "fatal error: ", "SIGQUIT", "SIGABRT", "WARNING: DATA RACE", "goroutineleak profile" }

local has_ffi, ffi = pcall(require, "ffi")
if has_ffi then
  has_ffi = pcall(ffi.cdef, [[
    struct ds_pollfd { int fd; short events; short revents; };
    int poll(struct ds_pollfd *fds, unsigned long nfds, int timeout);
    int open(const char *path, int flags, ...);
    int close(int fd);
    long read(int fd, void *buf, unsigned long count);
    int kill(int pid, int sig);
  ]])
end
-- Plain Lua has no poll: there the wait for a hung bridge has no bound.
if not has_ffi then io.stderr:write("dumpstream.lua: no LuaJIT FFI: a bridge that hangs is waited for\n") end

local writer, reader, pid, down_until = nil, nil, nil, 0
local requests, held, open, meta = 0, {}, {}, {}
local input = ""

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function quote(s)
  return '"' .. s:gsub('[%c"\\]', function(c) return ESCAPES[c] or string.format("\\u%04x", c:byte()) end) .. '"'
end

local value
local UNESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local function blank(s, i) return s:find("%S", i) or #s + 1 end
local function utf8_of(n)
  local char, floor = string.char, math.floor
  if n < 128 then return char(n) end
  if n < 2048 then return char(192 + floor(n / 64), 128 + n % 64) end
  if n < 65536 then return char(224 + floor(n / 4096), 128 + floor(n / 64) % 64, 128 + n % 64) end
  return char(240 + floor(n / 262144), 128 + floor(n / 4096) % 64, 128 + floor(n / 64) % 64, 128 + n % 64)
end
local function text(s, i)
  if s:sub(i, i) ~= '"' then error("no string") end
  local out, at = {}, i + 1
  while true do
    local k = s:find('["\\]', at)
    out[#out + 1] = s:sub(at, k - 1)
    if s:sub(k, k) == '"' then return table.concat(out), k + 1 end
    local e = s:sub(k + 1, k + 1)
    at = k + 2
    if e == "u" then
      local n = tonumber(s:sub(k + 2, k + 5), 16)
      at = k + 6
      if n >= 0xd800 and n < 0xdc00 and s:sub(at, at + 1) == "\\u" then
        n = 0x10000 + (n - 0xd800) * 1024 + tonumber(s:sub(at + 2, at + 5), 16) - 0xdc00
        at = at + 6
      end
      out[#out + 1] = utf8_of(n)
    else out[#out + 1] = UNESCAPES[e] or e end
  end
end
local function list(s, i, close, each)
  i = blank(s, i + 1)
  if s:sub(i, i) == close then return i + 1 end
  while true do
    i = blank(s, each(i))
    local c = s:sub(i, i)
    if c == close then return i + 1 end
    if c ~= "," then error("no JSON") end
    i = blank(s, i + 1)
  end
end
function value(s, i)
  i = blank(s, i)
  local c = s:sub(i, i)
  if c == '"' then return text(s, i) end
  if c == "{" then
    local o = {}
    return o, list(s, i, "}", function(at)
      local k
      k, at = text(s, at)
      at = blank(s, at)
      if s:sub(at, at) ~= ":" then error("no JSON") end
      o[k], at = value(s, at + 1)
      return at
    end)
  end
  if c == "[" then
    local a = {}
    return a, list(s, i, "]", function(at) a[#a + 1], at = value(s, at); return at end)
  end
  if s:sub(i, i + 3) == "true" then return true, i + 4 end
  if s:sub(i, i + 4) == "false" then return false, i + 5 end
  local n = s:match("^-?%d[%d.eE+-]*", i)
  return tonumber(n), i + #n
end

-- The last use of a bridge: what it held back comes out in the order in which it came.
local function stop(why, now)
  io.stderr:write("dumpstream.lua: " .. why .. "; records go on as they are\n")
  if pid and has_ffi then pcall(ffi.C.kill, pid, 9) end
  if writer then pcall(writer.close, writer) end
  if reader then if has_ffi then ffi.C.close(reader) else pcall(reader.close, reader) end end
  writer, reader, pid, input, down_until = nil, nil, nil, "", now + BACK_OFF
  local numbers, out = {}, {}
  for n in pairs(held) do numbers[#numbers + 1] = n end
  table.sort(numbers)
  for _, n in ipairs(numbers) do out[#out + 1] = held[n].record end
  requests, held, open, meta = 0, {}, {}, {}
  return out
end

local function read_line()
  if not has_ffi then return reader:read("*l") end
  local buffer = ffi.new("char[65536]")
  local fds = ffi.new("struct ds_pollfd[1]")
  fds[0].fd, fds[0].events = reader, 1
  while true do
    local lf = input:find("\n", 1, true)
    if lf then
      local line = input:sub(1, lf - 1)
      input = input:sub(lf + 1)
      return line
    end
    if ffi.C.poll(fds, 1, WAIT_MS) <= 0 then return nil, "no answer in " .. WAIT_MS .. " ms" end
    local n = tonumber(ffi.C.read(reader, buffer, 65536))
    if n <= 0 then return nil, "the bridge has ended" end
    input = input .. ffi.string(buffer, n)
  end
end

local function start()
  local fifo = os.tmpname()
  os.remove(fifo)
  local made = os.execute("mkfifo -m 600 " .. fifo)
  if made ~= 0 and made ~= true then error("mkfifo failed") end
  -- O_RDONLY | O_NONBLOCK, so that a command that is not there does not hold up the log; the shell says its id first.
  if has_ffi then reader = ffi.C.open(fifo, 2048) end
  writer = io.popen("exec >" .. fifo .. "; echo $$; exec " .. COMMAND, "w")
  if not has_ffi then reader = io.open(fifo, "r") end
  local line, why = read_line()
  os.remove(fifo)
  pid = tonumber(line)
  if not pid then error(why or "it did not start") end
  writer:setvbuf("full")
end

local function ask(request)
  if not (writer:write(request, "\n") and writer:flush()) then error("the bridge has ended") end
  local line, why = read_line()
  if not line then error(why or "the bridge has ended") end
  return line
end

local function stream_of(tag, record)
  local k = record.kubernetes
  local place = record.file or tag
  if type(k) == "table" and k.pod_name then
    place = (k.namespace_name or "") .. "/" .. k.pod_name .. "/" .. (k.container_name or "")
  end
  return tostring(place) .. (type(record.stream) == "string" and "/" .. record.stream or "")
end

local function may_begin(line)
  for _, word in ipairs(STARTS) do if line:find(word, 1, true) then return true end end
  return false
end

-- A part of a stack, well after the last line of a dump: a frame, its place, who created it, a count of a profile.
local function may_continue(line)
  return line:byte(-1) == 41 or line:find("^\t") or line:find(".go:", 1, true) or line:find("created by ", 1, true) or line:find("%d @ 0x")
end

-- A record of dumpstream's in the log: what was known of the stream, and the finding as a map of its own.
local function finding(found)
  local out = {}
  for k, v in pairs(meta[found.source] or {}) do out[k] = v end
  if found.type == "dump" then
    out[KEY] = string.format("goroutine dump %d: %d goroutines in %d signatures", found.dump, found.goroutines, found.signatures)
  else
    out[KEY] = string.format("%d goroutines in %s", found.count or 1, found["function"] or "?")
  end
  out.dumpstream = found
  return out
end

local function entry(each, out)
  if type(each) == "table" and each[1] == nil then out[#out + 1] = finding(each); return end
  local n = type(each) == "table" and each[1] or each
  local one = held[math.abs(n)]
  if one == nil then error("an answer about no record") end
  held[math.abs(n)] = nil
  if n < 0 then return end
  if type(each) == "table" then one.record[KEY] = each[2] end
  out[#out + 1] = one.record
end

local function seconds(ts)
  if type(ts) == "table" then return (ts.sec or 0) + (ts.nsec or 0) / 1e9 end
  return tonumber(ts) or 0
end

local function filter(tag, ts, record)
  local line = record[KEY]
  if line == nil then line = "" end
  if type(line) ~= "string" or #line > LONGEST then return 0, ts, record end
  local stream = stream_of(tag, record)
  if open[stream] ~= 1 and not may_begin(line) and not (open[stream] == 2 and may_continue(line)) then return 0, ts, record end
  local now = os.time()
  if not writer then
    if now < down_until then return 0, ts, record end
    local ok, why = pcall(start)
    if not ok then stop("can't start: " .. tostring(why), now); return 0, ts, record end
  end
  requests = requests + 1
  held[requests] = { record = record }
  if not open[stream] then
    local known = {}
    for k, v in pairs(record) do if k ~= KEY then known[k] = v end end
    meta[stream] = known
  end
  local out = {}
  local ok, why = pcall(function()
    local reply = ask('{"s":' .. quote(stream) .. ',"l":' .. quote(line) .. string.format(',"t":%.0f}', seconds(ts) * 1000))
    if reply == "k" then entry(requests, out); open[stream] = nil; return end
    if reply == "d" then entry(-requests, out); open[stream] = 1; return end
    local answer = value(reply, 1)
    if answer.open then open[stream] = answer.open ~= 0 and answer.open or nil end
    while true do
      for _, each in ipairs(answer.out) do entry(each, out) end
      if answer.more ~= 1 then break end
      answer = value(ask('{"more":1}'), 1)
    end
  end)
  if not ok then for _, each in ipairs(stop(tostring(why), now)) do out[#out + 1] = each end end
  if #out == 0 then return -1, ts, record end
  if #out == 1 and out[1] == record and ok then return 0, ts, record end
  return 2, ts, out
end

function dumpstream(tag, ts, record)
  local ok, code, time, out = pcall(filter, tag, ts, record)
  if ok then return code, time, out end
  io.stderr:write("dumpstream.lua: " .. tostring(code) .. "\n")
  return 0, ts, record
end
