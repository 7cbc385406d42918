-- Calls dumpstream.lua as plugins/filter_lua/lua.c of Fluent Bit 5.1 does with time_as_table: callback(tag, {sec, nsec}, record),
-- codes 0 (kept), -1 (dropped), 1 and 2 (a record or an array of them). arg: script, log file, then `kill:N` or `stop:N` (before line N).
local ffi = require("ffi")
ffi.cdef("void (*signal(int sig, void (*handler)(int)))(int);")
ffi.C.signal(13, ffi.cast("void (*)(int)", 1))
local popen = io.popen
local child
-- The id of the bridge, for the signals of this test.
function io.popen(command, mode)
  child = os.tmpname()
  return popen("echo $$ >" .. child .. "; " .. command, mode)
end
dofile(arg[1])
local event, at = (arg[3] or "none:0"):match("(%a+):(%d+)")
local function show(r)
  local d = r.dumpstream
  if d then print("R", d.type, d.goroutines or d.count, r.kubernetes and r.kubernetes.pod_name or "-") else print("L", r.n, r.kubernetes.pod_name, r.log or "") end
end
local n = 0
local started = os.time()
for line in io.lines(arg[2]) do
  n = n + 1
  if n == tonumber(at) and child then
    local f = io.open(child); local pid = f:read("*l"); f:close()
    os.execute("kill -" .. (event == "stop" and "STOP" or "KILL") .. " " .. pid .. "; sleep 0.2")
  end
  local record = { log = line ~= "" and line or nil, n = n, stream = "stdout", kubernetes = { pod_name = "web-1" } }
  local code, ts, out = dumpstream("kube.web", { sec = 1795496400 + n, nsec = 5 }, record)
  if code == 0 then show(record)
  elseif code == 2 or code == 1 then
    if #out > 0 then for _, r in ipairs(out) do show(r) end else show(out) end
  elseif code ~= -1 then error("code " .. tostring(code)) end
end
print("T", os.time() - started)
