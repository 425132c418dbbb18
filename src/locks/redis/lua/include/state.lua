-- What one lock looks like in Redis, and the only code that reads or writes it. Put in front of
-- every script.
--
-- The lock key holds MessagePack of { token, last grant was exclusive (1|0), holders }, and while
-- somebody waits also { …, channels, head deadline, told end }:
--   holder        { grant id, session, mode (x|s), token, since, end, length, provisional (1|0),
--                   holder's name, address }
--   channels      channel of a replica -> how many of its requests wait
--   head deadline when the first in line gives up
--   told end      the latest end that a waiting replica may believe in
-- Times are milliseconds since the epoch by this Redis's clock, and nobody else's.

-- The most readers of one file: every script on the file reads all of them.
local MAX_SHARED_HOLDERS = 1000

-- How long a lock's token, and the holder of a lease that ran out, are remembered when nobody
-- comes. What is forgotten here the store still knows.
local MEMORY_MS = 3600000

local time = redis.call('TIME')
local nowMicros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(nowMicros / 1000)

-- Large numbers leave Lua as strings without an exponent.
local function digits(number)
  return string.format('%.0f', number)
end

local function unpackHolder(packed)
  return {
    id = packed[1],
    session = packed[2],
    mode = packed[3],
    token = packed[4],
    since = packed[5],
    ends = packed[6],
    length = packed[7],
    provisional = packed[8] == 1,
    name = packed[9],
    address = packed[10],
  }
end

local function packHolder(holder)
  return {
    holder.id,
    holder.session,
    holder.mode,
    holder.token,
    holder.since,
    holder.ends,
    holder.length,
    holder.provisional and 1 or 0,
    holder.name,
    holder.address,
  }
end

-- A clock that went back (fail-over) must not make a lease longer: no end lies further ahead than
-- its length. That has to be written down, or it would be found again for ever: `changed` says that
-- something is to be saved.
local function load(key)
  local raw = redis.call('GET', key)
  local packed = raw and cmsgpack.unpack(raw) or { 0, 1, {} }
  local state = {
    key = key,
    known = raw and true or false,
    token = packed[1],
    lastExclusive = packed[2] == 1,
    holders = {},
    channels = packed[4] or {},
    headDeadline = packed[5] or 0,
    told = packed[6] or 0,
    changed = false,
  }
  for i, holder in ipairs(packed[3]) do
    state.holders[i] = unpackHolder(holder)
    if state.holders[i].ends > now + state.holders[i].length then
      state.holders[i].ends = now + state.holders[i].length
      state.changed = true
    end
  end
  return state
end

-- When something may change by itself: the last live lease ends, or the first in line gives up.
local function nextEnd(state)
  local ends = 0
  for _, holder in ipairs(state.holders) do
    ends = math.max(ends, holder.ends)
  end
  if state.headDeadline > 0 then
    ends = math.min(ends, state.headDeadline)
  end
  return ends
end

-- Every change ends here. Replicas that wait for an end which came nearer are told: they have no
-- other reason to look before the end they know.
local function save(state)
  local packed = { state.token, state.lastExclusive and 1 or 0, {} }
  local latest = now
  for i, holder in ipairs(state.holders) do
    packed[3][i] = packHolder(holder)
    latest = math.max(latest, holder.ends)
  end
  if next(state.channels) then
    local ends = nextEnd(state)
    if ends < state.told then
      local message = cjson.encode({ 'ends', state.key, digits(math.max(ends - now, 1)) })
      for channel in pairs(state.channels) do
        redis.call('PUBLISH', channel, message)
      end
      state.told = ends
    end
    packed[4] = state.channels
    packed[5] = state.headDeadline
    packed[6] = state.told
  end
  redis.call('SET', state.key, cmsgpack.pack(packed), 'PX', digits(latest - now + MEMORY_MS))
end

local function findHolder(state, field, value)
  for i, holder in ipairs(state.holders) do
    if holder[field] == value then
      return holder, i
    end
  end
  return nil
end

-- Whether a grant in this mode disturbs no live holder, other than the one given.
local function isFree(state, mode, exceptId)
  local live = 0
  for _, holder in ipairs(state.holders) do
    if holder.ends > now and holder.id ~= exceptId then
      if mode == 'x' or holder.mode == 'x' then
        return false
      end
      live = live + 1
    end
  end
  return live < MAX_SHARED_HOLDERS
end

-- Makes `wish` ({ id, session, mode, provisional, name, address }) a holder until it confirms.
-- Leases that ran out end here for good, for now somebody else is granted.
local function grant(state, wish)
  local kept = {}
  if wish.mode == 's' then
    for _, holder in ipairs(state.holders) do
      if holder.mode == 's' and holder.ends > now then
        kept[#kept + 1] = holder
      end
    end
  end
  if wish.mode == 'x' or state.lastExclusive then
    state.token = state.token + 1
  end
  state.lastExclusive = wish.mode == 'x'
  kept[#kept + 1] = {
    id = wish.id,
    session = wish.session,
    mode = wish.mode,
    token = state.token,
    since = now,
    ends = now + wish.provisional,
    length = wish.provisional,
    provisional = true,
    name = wish.name,
    address = wish.address,
  }
  state.holders = kept
  state.changed = true
  return state.token
end

-- { waiting, { session, mode, token, name, address, since, remaining } … }. A grant that was never
-- confirmed in time was never told to anybody, and is not shown.
local function view(state, queue)
  local shown = {}
  for _, holder in ipairs(state.holders) do
    local remaining = math.max(holder.ends - now, 0)
    if remaining > 0 or not holder.provisional then
      shown[#shown + 1] = {
        holder.session,
        holder.mode,
        holder.token,
        holder.name,
        holder.address,
        holder.since,
        remaining,
      }
    end
  end
  return { redis.call('ZCARD', queue), shown }
end
