-- Who waits for one lock, and the only code that changes it. Needs messages.lua, state.lua and
-- grants.lua in front.
--
-- The queue key is a sorted set of grant ids by arrival (microseconds, rising), the waiters key a
-- hash from grant id to MessagePack of
--   { session, mode (x|s), deadline, replica, provisional length, holder's name, address, note,
--     generation, length of a lease to have outright (0: none) }
-- and from @ and the session to its grant id.

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
    replica = packed[4],
    provisional = packed[5],
    name = packed[6],
    address = packed[7],
    note = packed[8],
    generation = packed[9],
    outright = packed[10] or 0, -- earlier builds wrote none
  }
end

local function findWaiter(waiters, id)
  local raw = redis.call('HGET', waiters, id)
  return raw and unpackWaiter(id, raw) or nil
end

-- Both keys live equally long. Not put off with each request: each would have to be.
local function extend(queue, waiters, forMs)
  if redis.call('PTTL', queue) < forMs + QUEUE_SLACK_MS / 2 then
    redis.call('PEXPIRE', queue, digits(forMs + QUEUE_SLACK_MS))
    redis.call('PEXPIRE', waiters, digits(forMs + QUEUE_SLACK_MS))
  end
end

-- Those who wait are counted where the lock is: the queue need not be asked whether it is empty.
local function isQueued(state)
  return next(state.replicas) ~= nil
end

local function enqueue(state, queue, waiters, waiter, order)
  redis.call('ZADD', queue, digits(order), waiter.id)
  redis.call('HSET', waiters, waiter.id, cmsgpack.pack({
    waiter.session,
    waiter.mode,
    waiter.deadline,
    waiter.replica,
    waiter.provisional,
    waiter.name,
    waiter.address,
    waiter.note,
    waiter.generation,
    waiter.outright,
  }))
  redis.call('HSET', waiters, '@' .. waiter.session, waiter.id)
  extend(queue, waiters, waiter.deadline - now)
  state.replicas[waiter.replica] = (state.replicas[waiter.replica] or 0) + 1
  state.changed = true
end

-- The request that waited, or nil. `known`: as it was read just now.
local function dequeue(state, queue, waiters, id, known)
  local waiter = known or findWaiter(waiters, id)
  if not waiter then
    return nil
  end
  redis.call('ZREM', queue, id)
  redis.call('HDEL', waiters, id)
  local mark = '@' .. waiter.session
  if redis.call('HGET', waiters, mark) == id then
    redis.call('HDEL', waiters, mark)
  end
  local left = (state.replicas[waiter.replica] or 1) - 1
  state.replicas[waiter.replica] = left > 0 and left or nil
  state.changed = true
  return waiter
end

-- The grant id that a session waits with, or nil.
local function waitingId(state, waiters, session)
  return isQueued(state) and redis.call('HGET', waiters, '@' .. session) or nil
end

-- The generation that a session waits with; 0 if it does not.
local function generationWaiting(state, waiters, session)
  local id = waitingId(state, waiters, session)
  local waiter = id and findWaiter(waiters, id)
  return waiter and waiter.generation or 0
end

-- The first in line that still waits, or nil. Those whose time is over are dropped on the way.
local function firstWaiter(state, queue, waiters)
  while isQueued(state) do
    local id = redis.call('ZRANGE', queue, 0, 0)[1]
    if not id then
      state.replicas = {}
      state.headDeadline = 0
      state.told = 0
      return nil
    end
    local waiter = findWaiter(waiters, id)
    if waiter and waiter.deadline > now then
      state.headDeadline = waiter.deadline
      return waiter
    end
    if not dequeue(state, queue, waiters, id, waiter) then
      redis.call('ZREM', queue, id)
    end
  end
  state.headDeadline = 0
  state.told = 0
  return nil
end

-- Grants to the next in line, and to the readers right behind a reader, and tells their replicas;
-- but the one that runs this, and says so by its name, learns of its grants by the answer to it: the
-- list returned, who is next now (or ''), then a grant id and its token each. `promised`: the request
-- that was told already that it has the lock ({ id, token }); nobody else gets its token.
local function handOff(state, queue, waiters, asking, promised)
  local own = { '' }
  local waiter = firstWaiter(state, queue, waiters)
  while waiter and isFree(state, waiter.mode) do
    dequeue(state, queue, waiters, waiter.id, waiter)
    if promised and waiter.id ~= promised.id then
      state.token = math.max(state.token, promised.token)
    end
    local learnsAtOnce = waiter.replica == asking and waiter.outright > 0
    local holder = grant(state, waiter, learnsAtOnce)
    if learnsAtOnce then
      own[#own + 1] = waiter.id
      own[#own + 1] = holder.token
    else
      tell(state.key, waiter.replica, { 'granted', state.key, waiter.id, digits(holder.token) })
    end
    waiter = firstWaiter(state, queue, waiters)
  end
  own[1] = waiter and waiter.id or ''
  return own
end

-- How long until something may change by itself, in milliseconds; 0 if nobody waits. Whoever gets
-- this answer believes in it.
local function tellEnd(state)
  if not isQueued(state) then
    return 0
  end
  local ends = nextEnd(state)
  if ends > state.told then
    state.told = ends
    state.changed = true
  end
  return math.max(ends - now, 1)
end
