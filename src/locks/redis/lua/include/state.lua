-- What one lock looks like in Redis, and the only code that reads or writes it. Needs messages.lua
-- in front.
--
-- The lock key holds MessagePack of { token, last, holders }, and while somebody waits also
-- { …, replicas, head deadline, told end }:
--   last          the last grant: x exclusive, s shared, a shared as all since this memory began,
--                 b shared, and readers were thrown out since the last exclusive one
--   holder        { grant id, session, mode (x|s), token, since, end, length, provisional (1|0),
--                   holder's name, address, note, replica, generation }
--   replicas      replica -> how many of its requests wait
--   head deadline when the first in line gives up
--   told end      the latest end that a waiting replica may believe in
-- Times are milliseconds since the epoch by this Redis's clock, and nobody else's.

-- How long a lock's token, and the holder of a lease that ran out, are remembered when nobody
-- comes. What is forgotten here the store still knows.
local MEMORY_MS = 3600000

local time = redis.call('TIME')
local nowMicros = tonumber(time[1]) * 1000000 + tonumber(time[2])
local now = math.floor(nowMicros / 1000)

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
    note = packed[11],
    replica = packed[12],
    generation = packed[13],
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
    holder.note,
    holder.replica,
    holder.generation,
  }
end

-- A clock that went back (fail-over) must not make a lease longer: no end lies further ahead than
-- its length. That has to be written down, or it would be found again for ever: `changed` says that
-- something is to be saved.
local function load(key)
  local raw = redis.call('GET', key)
  local packed = raw and cmsgpack.unpack(raw) or { 0, 'x', {} }
  local state = {
    key = key,
    token = packed[1],
    last = packed[2],
    holders = {},
    replicas = packed[4] or {},
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

local function tellEnds(state, ends)
  for replica in pairs(state.replicas) do
    tell(state.key, replica, { 'ends', state.key, digits(math.max(ends - now, 1)) })
  end
  state.told = ends
end

-- The end was put off. Who waits is told in time, and need not look whether it was.
local function putOff(state)
  local ends = nextEnd(state)
  if next(state.replicas) and 2 * (state.told - now) < ends - now then
    tellEnds(state, ends)
  end
end

-- Every change ends here. Replicas that wait for an end which came nearer are told: they have no
-- other reason to look before the end they know.
local function save(state)
  local packed = { state.token, state.last, {} }
  local latest = now
  for i, holder in ipairs(state.holders) do
    packed[3][i] = packHolder(holder)
    latest = math.max(latest, holder.ends)
  end
  if next(state.replicas) then
    local ends = nextEnd(state)
    if ends < state.told then
      tellEnds(state, ends)
    end
    packed[4] = state.replicas
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

-- A lease of full length from now.
local function extendLease(holder, length)
  holder.length = length
  holder.ends = now + length
end
