-- Who waits for one lock, and the only code that changes it. Needs state.lua in front.
--
-- The queue key is a sorted set of grant ids by arrival (microseconds, rising), the waiters key a
-- hash from grant id to MessagePack of
--   { session, mode (x|s), deadline, channel, provisional length, holder's name, address }.

-- The most requests that may wait for one file: the dead ones among them are skipped in one go.
local MAX_WAITERS = 10000

-- How much longer than the longest wait the queue's keys live: nothing is left when all die.
local QUEUE_SLACK_MS = 60000

local function unpackWaiter(id, raw)
  local packed = cmsgpack.unpack(raw)
  return {
    id = id,
    session = packed[1],
    mode = packed[2],
    deadline = packed[3],
    channel = packed[4],
    provisional = packed[5],
    name = packed[6],
    address = packed[7],
  }
end

local function extend(key, forMs)
  if redis.call('PTTL', key) < forMs then
    redis.call('PEXPIRE', key, digits(forMs))
  end
end

local function enqueue(state, queue, waiters, waiter, order)
  redis.call('ZADD', queue, digits(order), waiter.id)
  redis.call('HSET', waiters, waiter.id, cmsgpack.pack({
    waiter.session,
    waiter.mode,
    waiter.deadline,
    waiter.channel,
    waiter.provisional,
    waiter.name,
    waiter.address,
  }))
  extend(queue, waiter.deadline - now + QUEUE_SLACK_MS)
  extend(waiters, waiter.deadline - now + QUEUE_SLACK_MS)
  state.channels[waiter.channel] = (state.channels[waiter.channel] or 0) + 1
end

-- Whether the request waited.
local function dequeue(state, queue, waiters, id)
  local raw = redis.call('HGET', waiters, id)
  if not raw then
    return false
  end
  redis.call('ZREM', queue, id)
  redis.call('HDEL', waiters, id)
  local channel = unpackWaiter(id, raw).channel
  local left = (state.channels[channel] or 1) - 1
  state.channels[channel] = left > 0 and left or nil
  state.changed = true
  return true
end

-- The first in line that still waits, or nil. Those whose time is over are dropped on the way.
local function firstWaiter(state, queue, waiters)
  while true do
    local id = redis.call('ZRANGE', queue, 0, 0)[1]
    if not id then
      state.channels = {}
      state.headDeadline = 0
      state.told = 0
      return nil
    end
    local raw = redis.call('HGET', waiters, id)
    local waiter = raw and unpackWaiter(id, raw)
    if waiter and waiter.deadline > now then
      state.headDeadline = waiter.deadline
      return waiter
    end
    if not dequeue(state, queue, waiters, id) then
      redis.call('ZREM', queue, id)
    end
  end
end

-- Grants to the next in line, and to the readers right behind a reader, and tells their replicas.
local function handOff(state, queue, waiters)
  local waiter = firstWaiter(state, queue, waiters)
  while waiter and isFree(state, waiter.mode) do
    dequeue(state, queue, waiters, waiter.id)
    local token = grant(state, waiter)
    local message = cjson.encode({ 'granted', state.key, waiter.id, digits(token) })
    redis.call('PUBLISH', waiter.channel, message)
    waiter = firstWaiter(state, queue, waiters)
  end
end

-- How long until something may change by itself, in milliseconds; 0 if nobody waits. Whoever gets
-- this answer believes in it.
local function tellEnd(state)
  if not next(state.channels) then
    return 0
  end
  local ends = nextEnd(state)
  if ends > state.told then
    state.told = ends
    state.changed = true
  end
  return math.max(ends - now, 1)
end
