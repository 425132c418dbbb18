-- include: messages, state, grants, queue, views
-- Grants a lock, puts the request into the queue, or denies it. Also puts a request into the queue
-- again, at the place it had, when the table lost it; and gives it the place, or the grant, of an
-- earlier request of its session, whose replica is told.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 14
--   1 grant id, 2 session, 3 mode (x|s), 4 lease length ms, 5 how long to wait ms (0: not at all),
--   6 its order in the queue that was lost, or empty, 7 replica, 8 length of an unconfirmed grant
--   ms, 9 holder's name, 10 address, 11 note, 12 generation, 13 grant id of the earlier request, or
--   empty: then it is the one that its session waits with, if any, 14 length of a lease to have
--   outright ms, without an unconfirmed grant before it (0: none)
-- Reply:
--   { 'granted', token, mode, 1 if the lease runs already, 0 if it is to be confirmed }
--   { 'renewed', grant id, token, mode }: the session had it already
--   { 'queued', ms until something may change by itself, order in the queue, position, view }
--   { 'locked', view }
--   { 'superseded' }: it waited, and its session has gone on elsewhere
local state = load(KEYS[1])
local queue, waiters = KEYS[2], KEYS[3]
local lengthMs, waitMs, formerOrder = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local formerId = ARGV[13]
local wish = {
  id = ARGV[1],
  session = ARGV[2],
  mode = ARGV[3],
  replica = ARGV[7],
  deadline = now + waitMs,
  provisional = tonumber(ARGV[8]),
  name = ARGV[9],
  address = ARGV[10],
  note = ARGV[11],
  generation = tonumber(ARGV[12]),
  outright = tonumber(ARGV[14]),
}

local function answer(reply)
  if state.changed then
    save(state)
  end
  return reply
end

local function supersedes(former)
  return former and former.session == wish.session and former.generation <= wish.generation
end

-- What it waits with already, also where it cannot tell: the replica may have died before it heard.
local already = formerId == '' and waitingId(state, waiters, wish.session)
if already and already ~= wish.id then
  formerId = already
end

-- Before anything is handed off, so that it is handed to this request.
local former = formerId ~= '' and waitMs > 0 and findWaiter(waiters, formerId)
if supersedes(former) and former.deadline > now then
  local order = redis.call('ZSCORE', queue, formerId)
  dequeue(state, queue, waiters, formerId)
  enqueue(state, queue, waiters, wish, tonumber(order))
  tell(state.key, former.replica, { 'superseded', state.key, formerId })
end

handOff(state, queue, waiters)

local mine = findHolder(state, 'session', wish.session)
local generation = generationWaiting(state, waiters, wish.session)
if mine then
  generation = math.max(generation, mine.generation)
end
if wish.generation < generation then
  return answer(formerOrder and { 'superseded' } or { 'locked', view(state, queue, waiters) })
end

-- A grant to read is not enough for who asks to write now.
local enough = mine and (mine.mode == 'x' or wish.mode == 's')
if enough and formerId ~= '' and mine.id == formerId then
  tell(state.key, mine.replica, { 'superseded', state.key, formerId })
  mine.id = wish.id
  mine.generation = wish.generation
  mine.replica = wish.replica
  mine.address = wish.address
  if mine.provisional then
    extendLease(mine, wish.provisional)
  end
  state.changed = true
end
if mine and mine.id == wish.id then
  return answer({ 'granted', mine.token, mine.mode, 0 })
end
if enough then
  if not mine.provisional then
    extendLease(mine, lengthMs)
  end
  save(state)
  return { 'renewed', mine.id, mine.token, mine.mode }
end

local queued = isQueued(state)
local ahead = queued and redis.call('ZRANK', queue, wish.id)
local order = formerOrder
if ahead then
  order = tonumber(redis.call('ZSCORE', queue, wish.id))
else
  ahead = queued and redis.call('ZCARD', queue) or 0
  local waiting = ahead + 1
  if queued and formerOrder then
    ahead = redis.call('ZCOUNT', queue, '-inf', '(' .. digits(formerOrder))
  elseif not formerOrder then
    local last = queued and redis.call('ZRANGE', queue, -1, -1, 'WITHSCORES')[2]
    order = math.max(nowMicros, (tonumber(last or 0) or 0) + 1)
  end

  if ahead == 0 and isFree(state, wish.mode, mine and mine.id) then
    local holder = grant(state, wish, true)
    save(state)
    return { 'granted', holder.token, wish.mode, holder.provisional and 0 or 1 }
  end

  -- A reader that wants to write is not queued: two of them would wait for each other.
  if mine or waitMs <= 0 or waiting > MAX_WAITERS then
    -- Who asks without waiting gives up the place that its earlier request had.
    local left = formerId ~= '' and findWaiter(waiters, formerId)
    if supersedes(left) then
      dequeue(state, queue, waiters, formerId)
      tell(state.key, left.replica, { 'superseded', state.key, formerId })
      handOff(state, queue, waiters)
    end
    return answer({ 'locked', view(state, queue, waiters) })
  end

  enqueue(state, queue, waiters, wish, order)
  if ahead == 0 then
    state.headDeadline = wish.deadline
  end
  if not formerOrder then
    tellEverybody(state.key, string.format('{"event":"queued","waiting":%d}', waiting))
    local told = {}
    for _, holder in ipairs(state.holders) do
      if not holder.provisional and not told[holder.replica] then
        told[holder.replica] = true
        tell(state.key, holder.replica, { 'waited-for', state.key, digits(waiting) })
      end
    end
  end
end
local remaining = tellEnd(state)
return answer({ 'queued', remaining, order, ahead + 1, view(state, queue, waiters) })
