-- Calls dumpstream.lua as plugins/filter_lua/lua.c of Fluent Bit 5.1 does: callback(tag, seconds, group, metadata, record) returns code,
-- time, metadata, record; codes 0 (kept), -1 (dropped), 1 (new time) and 2 (the old one), each with a record or an array of them.
-- arg: script, log file, then words: `from:N` and `to:N` (lines of the file), `kill:N` and `stop:N` (signals to the bridge before line N),
-- `beats:N` (heartbeats at the end, ten a second, at most N), `others:N` (records of another stream instead), `events:N` (until so many
-- have come), `leap:N` (a minute passes before line N), `die:N` (a second passes, and it is killed before line N), `again` (each record once more at the end, as a multiline filter sends it), `old` (three arguments), `key:FIELD`,
-- `feed` (each text ends with its line feed, as Docker's).
local words = {}
for i = 3, #arg do
  local name, value = arg[i]:match("^(%a+):?(.*)$")
  words[name] = tonumber(value) or value
end
local ffi = require("ffi")
ffi.cdef("void (*signal(int sig, void (*handler)(int)))(int);")
ffi.C.signal(13, ffi.cast("void (*)(int)", 1))
local time, leapt = os.time, 0
os.time = function() return time() + leapt end
dofile(arg[1])
local function signal(name)
  os.execute("kill -" .. name .. " $(cat \"$DUMPSTREAM_DIR\"/*.pid); sleep 0.2")
end
local events = 0
local function field(s) return (tostring(s or ""):gsub("[\t\n\\]", { ["\t"] = "\\t", ["\n"] = "\\n", ["\\"] = "\\\\" })) end
local function show(r, metadata, ts)
  local pod = r.kubernetes and r.kubernetes.pod_name or "-"
  if type(r.dumpstream) == "table" then
    events = events + 1
    print("R", r.dumpstream.type, r.dumpstream.goroutines or r.dumpstream.count, pod, ("%.3f"):format(ts), r.attributes["dumpstream.dump"],
      r.severity, field(r.log))
  else
    print("L", r.n or "-", ("%.3f"):format(ts), pod, metadata and metadata["dumpstream.dump"] or "-", field(r.log))
  end
end
local function filter(tag, ts, record)
  local code, time, meta, out
  if words.old then code, time, out = dumpstream(tag, ts, record) else code, time, meta, out = dumpstream(tag, ts, {}, {}, record) end
  if code == 0 then show(record, nil, ts)
  elseif code == 1 or code == 2 then
    local at = code == 1 and time or ts
    if #out == 0 then show(out, meta, at) end
    for i, r in ipairs(out) do show(r, meta and meta[i], at) end
  elseif code ~= -1 then error("code " .. tostring(code)) end
end
local first = 1795496400
local function record_of(n, line)
  if words.feed then line = line .. "\n" end
  local r = { n = n, stream = "stdout", kubernetes = { pod_name = "web-1" } }
  if words.key == "payload.text" then r.payload = { text = line } else r[words.key or "log"] = line end
  return r
end
local n, started, passed = 0, os.time(), {}
for line in io.lines(arg[2]) do
  n = n + 1
  if n > (words.to or math.huge) then break end
  if n >= (words.from or 1) then
    if n == words.kill then signal("KILL") end
    if n == words.stop then signal("STOP") end
    if n == words.leap then leapt = 60 end
    if n == words.die then
      leapt = 1
      filter("kube.dumpstream", first + 3600, { dumpstream = "heartbeat" })
      io.stdout:flush()
      os.execute("kill -9 $PPID")
    end
    filter("kube.web", first + n / 1000, record_of(n, line))
    if words.again then passed[#passed + 1] = { n, line } end
  end
end
for _, each in ipairs(passed) do filter("kube.web", first + each[1] / 1000, record_of(each[1], each[2])) end
for i = 1, words.beats or words.others or 0 do
  if events >= (words.events or math.huge) then break end
  os.execute("sleep 0.1")
  if words.beats then filter("kube.dumpstream", first + 3600 + i, { dumpstream = "heartbeat" })
  else filter("kube.api", first + 3600 + i / 10, { log = "another stream", n = -i, kubernetes = { pod_name = "api-1" } }) end
end
if words.stop then signal("CONT") end
print("T", os.time() - started)
