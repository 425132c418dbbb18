-- include: state, queue
-- Grants a lock, puts the request into the queue, or denies it. Also puts a request into the queue
-- again, at the place it had, when the table lost it.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 10
--   1 grant id, 2 session, 3 mode (x|s), 4 lease length ms, 5 how long to wait ms (0: not at all),
--   6 how long it has waited already ms, 7 channel of the replica, 8 length of an unconfirmed
--   grant ms, 9 holder's name, 10 address
-- Reply:
--   { 'granted', token }
--   { 'renewed', grant id, token, mode }: the session had it already
--   { 'queued', ms until something may change by itself }
--   { 'locked', view }
local state = load(KEYS[1])
local queue, waiters = KEYS[2], KEYS[3]
local lengthMs, waitMs, waitedMs = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local wish = {
  id = ARGV[1],
  session = ARGV[2],
  mode = ARGV[3],
  channel = ARGV[7],
  deadline = now + waitMs,
  provisional = tonumber(ARGV[8]),
  name = ARGV[9],
  address = ARGV[10],
}

handOff(state, queue, waiters)

local mine = findHolder(state, 'session', wish.session)
if mine and mine.id == wish.id then
  if state.changed then
    save(state)
  end
  return { 'granted', mine.token }
end
if mine and (mine.mode == 'x' or wish.mode == 's') then
  if not mine.provisional then
    mine.length = lengthMs
    mine.ends = now + lengthMs
  end
  save(state)
  return { 'renewed', mine.id, mine.token, mine.mode }
end

local last = redis.call('ZRANGE', queue, -1, -1, 'WITHSCORES')[2]
local order = nowMicros - waitedMs * 1000
if waitedMs == 0 and last then
  order = math.max(order, tonumber(last) + 1)
end
local ahead = redis.call('ZCOUNT', queue, '-inf', '(' .. digits(order))

if ahead == 0 and isFree(state, wish.mode, mine and mine.id) then
  dequeue(state, queue, waiters, wish.id)
  local token = grant(state, wish)
  save(state)
  return { 'granted', token }
end

-- A reader that wants to write is not queued: two of them would wait for each other.
if mine or waitMs <= 0 or redis.call('ZCARD', queue) >= MAX_WAITERS then
  if state.changed then
    save(state)
  end
  return { 'locked', view(state, queue) }
end

if not redis.call('ZSCORE', queue, wish.id) then
  enqueue(state, queue, waiters, wish, order)
  if ahead == 0 then
    state.headDeadline = wish.deadline
  end
end
local remaining = tellEnd(state)
save(state)
return { 'queued', remaining }
