-- dumpstream in Fluent Bit: a Lua filter that finds goroutine dumps in the log and adds findings about them.
--
-- No record waits here, because a Lua filter cannot emit a record later with its original time. Lines that may be part of a dump are
-- copied to a journal, a file that `dumpstream bridge --journal` reads at its own pace (format: src/mounts/journal.ts). Findings come
-- back in a file. They replace a heartbeat or a withheld line, with the time of the dump, or else accompany any other record.
-- A line of a dump is withheld only after it has been written to the journal. The journal outlives Fluent Bit and the bridge, and the
-- next start continues with it. Whatever fails, records pass unchanged.
local COMMAND = os.getenv("DUMPSTREAM") or "dumpstream bridge"
-- Which dumps stay in the log: `all`, `crash` (panics, fatal errors, signals, race reports), or `none`.
local KEEP = os.getenv("DUMPSTREAM_KEEP") or "crash"
local KEYS = { "log", "message", "msg", "MESSAGE" }
local PROTOCOL = "1"
-- Seconds: until a failed bridge is restarted; without progress until a bridge is given up, at first and at most; that a finding waits
-- for a record whose time may be changed; of log time without a dump line until a window closes, and of quiet.
local BACK_OFF, HUNG, LONGEST_HUNG, PATIENCE, WINDOW, QUIET = 2, 10, 320, 2, 5, 60
-- Lines of log after a dump line that are copied to the journal, and after which the window closes.
local NEAR, FAR = 64, 5000
-- Bytes: the longest text that is read; of a journal file; that may wait in the journal.
local LONGEST, SEGMENT, BACKLOG = 1048576, 8388608, 67108864
local WINDOWS, AT_ONCE, RECENT = 1000, 100, 1000

local byte, find, match, sub, gsub, format = string.byte, string.find, string.match, string.sub, string.gsub, string.format
local EMPTY = {}
local function say(what) io.stderr:write("dumpstream.lua: ", what, "\n") end

local key_path = os.getenv("DUMPSTREAM_KEY")
if key_path == "" then key_path = nil end
local path = {}
for part in (key_path or ""):gmatch("[^.]+") do path[#path + 1] = part end
if KEEP ~= "all" and KEEP ~= "crash" and KEEP ~= "none" then
  say("DUMPSTREAM_KEEP is all, crash or none, not " .. KEEP .. "; using crash")
  KEEP = "crash"
end

-- JSON ------------------------------------------------------------------------------------------------------------------------
local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function quote(s)
  return '"' .. gsub(s, '[%c"\\]', function(c) return ESCAPES[c] or format("\\u%04x", byte(c)) end) .. '"'
end
-- Without the field `skip`, a dotted path.
local function encode(v, skip)
  local kind = type(v)
  if kind == "string" then return quote(v) end
  if kind == "boolean" then return tostring(v) end
  if kind == "number" then return (v ~= v or v == math.huge or v == -math.huge) and "null" or format("%.17g", v) end
  if kind ~= "table" then return "null" end
  local out = {}
  if v[1] ~= nil then
    for _, each in ipairs(v) do out[#out + 1] = encode(each) end
    return "[" .. table.concat(out, ",") .. "]"
  end
  local name, rest = match(skip or "", "^([^.]*)%.?(.*)$")
  for k, each in pairs(v) do
    if tostring(k) ~= name then out[#out + 1] = quote(tostring(k)) .. ":" .. encode(each)
    elseif rest ~= "" then out[#out + 1] = quote(tostring(k)) .. ":" .. encode(each, rest) end
  end
  return "{" .. table.concat(out, ",") .. "}"
end

local UNESCAPES = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local function blank(s, i) return find(s, "%S", i) or #s + 1 end
local function utf8_of(n)
  local char, floor = string.char, math.floor
  if n < 128 then return char(n) end
  if n < 2048 then return char(192 + floor(n / 64), 128 + n % 64) end
  if n < 65536 then return char(224 + floor(n / 4096), 128 + floor(n / 64) % 64, 128 + n % 64) end
  return char(240 + floor(n / 262144), 128 + floor(n / 4096) % 64, 128 + floor(n / 64) % 64, 128 + n % 64)
end
local function text_at(s, i)
  if sub(s, i, i) ~= '"' then error("no string") end
  local out, at = {}, i + 1
  while true do
    local k = find(s, '["\\]', at)
    out[#out + 1] = sub(s, at, k - 1)
    if sub(s, k, k) == '"' then return table.concat(out), k + 1 end
    local e = sub(s, k + 1, k + 1)
    at = k + 2
    if e == "u" then
      local n = tonumber(sub(s, k + 2, k + 5), 16)
      at = k + 6
      if n >= 0xd800 and n < 0xdc00 and sub(s, at, at + 1) == "\\u" then
        n = 0x10000 + (n - 0xd800) * 1024 + tonumber(sub(s, at + 2, at + 5), 16) - 0xdc00
        at = at + 6
      end
      out[#out + 1] = utf8_of(n)
    else out[#out + 1] = UNESCAPES[e] or e end
  end
end
local function list(s, i, close, each)
  i = blank(s, i + 1)
  if sub(s, i, i) == close then return i + 1 end
  while true do
    i = blank(s, each(i))
    local c = sub(s, i, i)
    if c == close then return i + 1 end
    if c ~= "," then error("no JSON") end
    i = blank(s, i + 1)
  end
end
local function decode(s, i)
  i = blank(s, i)
  local c = sub(s, i, i)
  if c == '"' then return text_at(s, i) end
  if c == "{" then
    local o = {}
    return o, list(s, i, "}", function(at)
      local k
      k, at = text_at(s, at)
      at = blank(s, at)
      if sub(s, at, at) ~= ":" then error("no JSON") end
      o[k], at = decode(s, at + 1)
      return at
    end)
  end
  if c == "[" then
    local a = {}
    return a, list(s, i, "]", function(at) a[#a + 1], at = decode(s, at); return at end)
  end
  if sub(s, i, i + 3) == "true" then return true, i + 4 end
  if sub(s, i, i + 4) == "false" then return false, i + 5 end
  if sub(s, i, i + 3) == "null" then return nil, i + 4 end
  local n = match(s, "^-?%d[%d.eE+-]*", i)
  return tonumber(n), i + #n
end

-- The journal -------------------------------------------------------------------------------------------------------------------
local base, journal, writer, reader
local generation, written, read_generation, rest = 0, 0, 1, ""
-- What the bridge has read according to its state file, and what it could have read; `alive`: it has written the state lately.
local acked_generation, acked, flushed_generation, flushed, alive, started, complained = 0, 0, 0, 0, false, 0, {}
-- Seconds without progress, and how many are allowed: more each time, because the machine may be too busy for the bridge.
local stalled, patience, last_said = 0, HUNG, nil
-- Events that wait for a record: { time in seconds, record, generation and offset after it in the file }, oldest first.
local queue, first_waiting, waiting_since = {}, 1, 0
local taken = "1 0"
local windows, open_windows, declared, streams, last_tick, open_saved = {}, 0, {}, 0, 0, false

local function once(what)
  if not complained[what] then say(what) end
  complained[what] = true
end

local function shell(command)
  local pipe = io.popen(command, "r")
  local out = pipe:read("*a")
  pipe:close()
  return out
end

-- A directory that only we use, unless the user has named one.
local function directory()
  local named = os.getenv("DUMPSTREAM_DIR")
  if named == "" then named = nil end
  return match(shell([[umask 077
    ok() { mkdir -p "$1" 2>/dev/null && [ -d "$1" ] && [ -w "$1" ]; }
    if [ -n "$DUMPSTREAM_DIR" ]; then ok "$DUMPSTREAM_DIR" && printf '%s\n' "$DUMPSTREAM_DIR"
    else for d in /var/lib/dumpstream "${TMPDIR:-/tmp}/dumpstream-$(id -u)"; do
      ok "$d" && [ -O "$d" ] && [ ! -h "$d" ] && printf '%s\n' "$d" && break; done
    fi; echo "$$"]]), "^(.-)\n?(%d+)\n$")
end

local function next_segment()
  local opened, why = io.open(base .. "." .. (generation + 1) .. ".in", "wb")
  if journal then journal:close() end
  journal, declared, written = opened, {}, 0
  generation = generation + 1
  if opened then opened:setvbuf("full", 65536) else once("can't write the journal: " .. why .. "; records go on as they are") end
end

local function append(line)
  if not journal:write(line) then
    journal:close()
    journal, alive = nil, false
    once("can't write the journal; records go on as they are")
    return false
  end
  written = written + #line
  return true
end

-- The shell has exited when the bridge runs, so closing the pipe does not wait, and a bridge that hangs does not delay a stop.
local function start(now)
  if writer then writer:close() end
  started, stalled, alive = now, 0, false
  writer = io.popen("{ " .. COMMAND .. " --journal '" .. base .. "' <&3 3<&- >/dev/null & } 3<&0", "w")
end

-- The first line of the state file: what the bridge has read.
local function read_state()
  local state = io.open(base .. ".state", "rb")
  if not state then return end
  local said = state:read("*a")
  state:close()
  local protocol, g, offset = match(said or "", "^dumpstream (%d+) (%d+) (%d+)\n")
  if protocol ~= PROTOCOL then once("this dumpstream speaks another version of the protocol: use the dumpstream.lua that came with it"); return end
  g, offset = tonumber(g), tonumber(offset)
  local is_behind = g < flushed_generation or g == flushed_generation and offset < flushed
  if said ~= last_said or not is_behind then stalled, patience, alive = 0, HUNG, true end
  acked_generation, acked, last_said = g, offset, said
end

local function save_taken()
  local file = io.open(base .. ".taken", "wb")
  if file then file:write(taken, "\n"); file:close() end
end

local function close_window(source)
  if windows[source] then windows[source] = nil; open_windows = open_windows - 1 end
end

-- Dumps that are open: the next run goes on with them, after a kill too.
local function save_open()
  if open_windows == 0 and not open_saved then return end
  local file = io.open(base .. ".open", "wb")
  if not file then return end
  for source, w in pairs(windows) do
    if w.id and not find(source, "\n", 1, true) then
      file:write(w.id, " ", w.crash and 1 or 0, " ", w.previous or "place", " ", source, "\n")
    end
  end
  file:close()
  open_saved = open_windows > 0
end

local function read_events(now)
  if not reader then
    reader = io.open(base .. "." .. read_generation .. ".out", "rb")
    if not reader then return end
  end
  local data = reader:read(1048576)
  if not data then
    -- The next file has been begun: this one is complete.
    local following = io.open(base .. "." .. (read_generation + 1) .. ".out", "rb")
    if not following or #rest > 0 then if following then following:close() end; return end
    reader:close()
    reader, read_generation = following, read_generation + 1
    return
  end
  local offset = reader:seek() - #data - #rest
  data = rest .. data
  local at = 1
  while true do
    local lf = find(data, "\n", at, true)
    if not lf then break end
    local time, json = match(sub(data, at, lf - 1), "^([%d.]+)\t(.*)$")
    local ok, record = pcall(decode, json or "", 1)
    if first_waiting > #queue then queue, first_waiting, waiting_since = {}, 1, now end
    if ok and type(record) == "table" then
      queue[#queue + 1] = { tonumber(time), record, read_generation .. " " .. (offset + lf) }
    else once("an event of the bridge could not be read") end
    at = lf + 1
  end
  rest = sub(data, at)
end

-- `since`: seconds since the last time. Where nobody asked for long, Fluent Bit has slept, not the bridge.
local function tick(now, since)
  if journal then journal:flush() end
  if not writer or not (writer:write("\n") and writer:flush()) then
    if writer then once("the bridge has ended; records go on as they are until it runs again") end
    alive = false
    if now >= started + BACK_OFF then start(now) end
  end
  stalled = stalled + math.min(since, 2)
  read_state()
  flushed_generation, flushed = generation, written
  if alive then complained["the bridge has ended; records go on as they are until it runs again"] = nil end
  if stalled > patience then
    say("the bridge has read nothing for " .. patience .. " s; records go on as they are until it runs again")
    patience = math.min(patience * 2, LONGEST_HUNG)
    os.execute("kill -9 $(cat '" .. base .. ".pid' 2>/dev/null) 2>/dev/null")
    start(now)
  end
  if not journal or written > SEGMENT then next_segment() end
  -- Whoever has crashed says nothing more.
  for source, w in pairs(windows) do if now - w.seen > QUIET then close_window(source) end end
  save_open()
  read_events(now)
  save_taken()
end

-- Dumps ---------------------------------------------------------------------------------------------------------------------------
-- FNV-1a, 32 bits, from two bases: as in src/mounts/identity.ts.
local bit = require("bit")
local function fnv(hash, s)
  for i = 1, #s do
    hash = bit.bxor(hash, byte(s, i))
    hash = bit.tobit(bit.lshift(hash, 24) + hash * 403)
  end
  return bit.tohex(hash)
end
local function identity(source, time, first)
  -- As the journal has it.
  local ms = tonumber(format("%.6f", time)) * 1000
  local s = source .. "\0" .. format("%.3f", ms) .. "\0" .. first
  return fnv(-2128831035, s) .. fnv(84696351, s)
end

-- What a line of a dump is by its looks; the second value is the id of a header.
local function shape(line)
  local last = byte(line, -1)
  if not last then return "blank" end
  if last <= 32 and last ~= 9 then
    line = match(line, "^(.-)[ \r\n]*$")
    last = byte(line, -1)
    if not last then return "blank" end
  end
  local first = byte(line, 1)
  if first == 9 then return find(line, ":%d+", 2) and "place" or nil end
  if last == 58 then
    local id = match(line, "^goroutine (%d+) .*%]:$")
    if id then return "header", id end
  end
  if first == 99 and find(line, "created by ", 1, true) == 1 then return "creator" end
  if last == 41 then
    local name = match(line, "^([^%s%(%[]+)[%(%[]")
    return name and (find(name, ".", 1, true) or name == "panic") and "call" or nil
  end
  if first == 46 and find(line, "^%.%.%..*elided%.%.%.$") then return "elided" end
  if first == 35 and find(line, "^#\t0x%x+\t") then return "frame" end
  return find(line, "^%d+ @ 0x%x") and "count" or find(line, "^goroutine profile: total %d+$") and "title" or nil
end
-- What may come after what. Lines of log may come between any two.
local AFTER = {
  header = { call = true, elided = true },
  call = { place = true },
  place = { call = true, creator = true, blank = true, elided = true },
  creator = { place = true },
  elided = { call = true, creator = true, blank = true },
  blank = { count = true },
  title = { count = true },
  count = { frame = true, blank = true, count = true },
  frame = { frame = true, blank = true },
}

local ANNOUNCES = { "panic: ", "fatal error: ", "SIGQUIT", "SIGABRT", "SIGSEGV", "WARNING: DATA RACE" }
local function announces(line)
  for i = 1, #ANNOUNCES do if find(line, ANNOUNCES[i], 1, true) then return true end end
  return false
end
local function may_begin(line)
  return find(line, "goroutine", 1, true) or find(line, "panic: ", 1, true) or find(line, "SIG", 1, true)
    or find(line, "fatal error: ", 1, true) or find(line, "DATA RACE", 1, true)
end

-- Headers of dumps that were copied: a multiline filter sends every record through again, joined to one with the time of its first line.
local recent, ring, ring_next = {}, {}, 1
local function begin_dump(w, line, time, id, joined)
  line = match(line, "^(.-)%s*$")
  w.id, w.ids, w.crash = identity(w.source, time, line), { [id] = true }, w.announced ~= nil and w.calm < 16
  w.announced = nil
  local key = w.source .. "\0" .. line
  local before = recent[key]
  w.again = before ~= nil and (before.id == w.id or joined and time <= before.time and before.time - time < WINDOW)
  if w.again then w.id = before.id; return end
  if ring[ring_next] then recent[ring[ring_next]] = nil end
  ring[ring_next], recent[key] = key, { id = w.id, time = time }
  ring_next = ring_next % RECENT + 1
end

-- Is the line, for certain, part of a dump?
local function step(w, line, time, joined)
  local kind, id = shape(line)
  if kind == "header" or kind == "title" then
    if not w.id or w.announced or w.ids[id or line] then begin_dump(w, line, time, id or line, joined) else w.ids[id or line] = true end
  elseif not kind or not w.previous or not AFTER[w.previous][kind] then return false end
  w.previous = kind
  return true
end

-- Several lines in one record: all of them have to be.
local function step_all(w, text, time)
  -- Docker's records end with the line feed of their one line.
  if byte(text, -1) == 10 then text = sub(text, 1, -2) end
  if not find(text, "\n", 1, true) then return step(w, text, time) end
  local all = true
  for line in string.gmatch(text .. "\n", "(.-)\n") do
    if announces(line) then w.announced = true end
    if not step(w, line, time, true) then all = false end
  end
  return all
end

local function stream_of(tag, record)
  local k, place = record.kubernetes, record.file or tag
  if type(k) == "table" and k.pod_name then
    place = (k.namespace_name or "") .. "/" .. k.pod_name .. "/" .. (k.container_name or "")
  end
  return type(record.stream) == "string" and place .. "/" .. record.stream or tostring(place)
end

local function sweep(time)
  for source, w in pairs(windows) do
    if w.last and math.abs(time - w.last) > WINDOW then close_window(source) end
  end
end

local function open_window(source, time)
  if open_windows >= WINDOWS then sweep(time) end
  if open_windows >= WINDOWS then return nil end
  open_windows = open_windows + 1
  local w = { source = source, calm = 0, last = time, seen = last_tick }
  windows[source] = w
  return w
end

local UNSAFE = { ["\\"] = "\\\\", ["\n"] = "\\n" }
-- `certain`: part of a dump. It is in the file at once: one that has left the log is not lost by a kill -9, and the bridge takes a pause
-- in the middle of a dump for its end.
local function copy(w, line, time, withheld, certain, tag, record, key)
  if not w.number then streams = streams + 1; w.number = streams end
  local n = w.number
  if not declared[n] then
    if not append("+" .. n .. '\t{"source":' .. quote(w.source) .. ',"tag":' .. quote(tag) .. ',"key":' .. quote(key) ..
      ',"fields":' .. encode(record, key) .. "}\n") then return false end
    declared[n] = true
  end
  if find(line, "[\\\n]") then line = gsub(line, "[\\\n]", UNSAFE) end
  return append(format(withheld and "%d\t%.6f\tw\t%s\n" or "%d\t%.6f\t-\t%s\n", n, time, line))
    and (not certain or journal:flush())
end

-- The filter ------------------------------------------------------------------------------------------------------------------
local function same_kind(time, like)
  if type(like) ~= "table" then return time end
  local whole = math.floor(time)
  return { sec = whole, nsec = math.floor((time - whole) * 1e9 + 0.5) }
end

-- The events of one time, in place of a record that does not go on.
local function instead(ts)
  local first = queue[first_waiting]
  if not first then return -1, ts, nil, EMPTY end
  local out, meta = {}, {}
  while first and first[1] == (out.time or first[1]) and #out < AT_ONCE do
    out.time = first[1]
    queue[first_waiting] = false
    out[#out + 1], meta[#meta + 1], taken = first[2], {}, first[3]
    first_waiting = first_waiting + 1
    first = queue[first_waiting]
  end
  local time = out.time
  out.time = nil
  return 1, same_kind(time, ts), EMPTY, out
end

-- Beside a record, with the time of the record.
local function beside(ts, metadata, record)
  local out, meta = {}, {}
  while queue[first_waiting] and #out < AT_ONCE do
    local each = queue[first_waiting]
    queue[first_waiting] = false
    out[#out + 1], meta[#meta + 1], taken = each[2], EMPTY, each[3]
    first_waiting = first_waiting + 1
  end
  out[#out + 1], meta[#meta + 1] = record, metadata or EMPTY
  return 2, ts, meta, out
end

local last_second, since_tick, seen_text, without_text = 0, 0, false, 0
local function no_text(record)
  without_text = without_text + 1
  if seen_text or without_text ~= 100 then return end
  local names = {}
  for k in pairs(record) do names[#names + 1] = tostring(k) end
  say("none of 100 records has a text in " .. (key_path or table.concat(KEYS, ", ")) .. " (they have " ..
    table.concat(names, ", ") .. "): DUMPSTREAM_KEY names the field")
end

-- The text of a record, and its field.
local function text_of(record)
  if not key_path then
    for i = 1, #KEYS do
      local text = record[KEYS[i]]
      if type(text) == "string" then return text, KEYS[i] end
    end
    return nil, KEYS[1]
  end
  local at = record
  for i = 1, #path do
    if type(at) ~= "table" then return nil, key_path end
    at = at[path[i]]
  end
  return type(at) == "string" and at or nil, key_path
end

local function filter(tag, ts, metadata, record)
  local time = type(ts) == "table" and ts.sec + ts.nsec / 1e9 or ts
  local second = time - time % 1
  since_tick = since_tick + 1
  local heartbeat = record.dumpstream == "heartbeat"
  if second ~= last_second or since_tick > 1000 or heartbeat then
    last_second, since_tick = second, 0
    local now = os.time()
    if now ~= last_tick then local since = now - last_tick; last_tick = now; tick(now, since) end
  end
  if heartbeat then return instead(ts) end
  local waits = queue[first_waiting] and last_tick - waiting_since >= PATIENCE

  local line, key = record.log, "log"
  if key_path or type(line) ~= "string" then line, key = text_of(record) end
  if line then seen_text = true else line = ""; if not seen_text then no_text(record) end end

  local begins = may_begin(line)
  if (begins or open_windows > 0) and journal and #line <= LONGEST then
    local source = stream_of(tag, record)
    local w = windows[source]
    if w and w.last and math.abs(time - w.last) > WINDOW and not begins then
      close_window(source)
      w = nil
    end
    if begins and not w then w = open_window(source, time) end
    if w then
      if begins and not find(line, "^goroutine ") and announces(line) then w.announced = true end
      local is_dump = step_all(w, line, time)
      if is_dump or begins then w.calm, w.last, w.seen = 0, time, last_tick else w.calm = w.calm + 1 end
      if w.calm > FAR then close_window(source) end
      local withheld = is_dump and alive and not w.again and (KEEP == "none" or KEEP == "crash" and not w.crash)
        and (acked_generation == generation and written - acked or written + SEGMENT * (generation - acked_generation)) < BACKLOG
      if not w.again and w.calm <= NEAR then
        withheld = copy(w, line, time, withheld, is_dump or begins, tag, record, key) and withheld
      end
      if withheld then return instead(ts) end
      if is_dump and metadata then
        metadata["dumpstream.dump"] = w.id
        if waits then return beside(ts, metadata, record) end
        return 2, ts, metadata, record
      end
    end
  end
  if waits then return beside(ts, metadata, record) end
  return 0, ts, nil, EMPTY
end

-- Of a record that is not changed, nothing is returned: it would be packed for nothing (plugins/filter_lua/lua.c, 5.1.1).
function dumpstream(tag, ts, group, metadata, record)
  local old = record == nil
  if old then record, metadata = group, nil end
  local ok, code, time, meta, out = pcall(filter, tag, ts, metadata, record)
  if not ok then
    once(tostring(code))
    code, time, meta, out = 0, ts, nil, EMPTY
  end
  if old then return code, time, out end
  return code, time, meta, out
end

-- Start and stop ----------------------------------------------------------------------------------------------------------------
-- Dumps that were open when the last run stopped go on.
local function reopen(dir)
  local rows = shell("cd '" .. dir .. "' && cat -- *.open 2>/dev/null; rm -f -- *.open")
  for id, crash, previous, source in rows:gmatch("(%S+) (%d) (%S+) ([^\n]*)\n") do
    local w = not windows[source] and open_window(source, nil)
    if w then w.id, w.ids, w.crash, w.previous = id, {}, crash == "1", previous end
  end
end

local dir, shell_id = directory()
if not dir or dir == "" then
  say("no directory to write to: set DUMPSTREAM_DIR; records go on as they are")
else
  base = dir .. "/" .. os.time() .. "-" .. shell_id
  last_tick = os.time()
  reopen(dir)
  next_segment()
  start(os.time())
  local program = match(COMMAND, "^%S+")
  local found = shell("command -v '" .. gsub(program, "'", "'\\''") .. "'") ~= ""
  if found then
    os.execute("i=0; while [ ! -s '" .. base .. ".state' ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i+1)); done")
  end
  read_state()
  if not alive then
    say((found and "`" .. COMMAND .. "` did not start" or program .. " is not on the PATH") ..
      "; records go on as they are. `dumpstream fluent-bit --check` says what is wrong")
  end
  -- Runs when Fluent Bit closes the script.
  local stop = newproxy(true)
  getmetatable(stop).__gc = function()
    -- The file may be closed by now, which has flushed it.
    pcall(function() journal:flush() end)
    save_taken()
    save_open()
  end
  _G["dumpstream stop"] = stop
end
