-- include: messages, state, grants, queue, views
-- Ends a wait, unless it was granted at the last moment.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 1
--   1 grant id
-- Reply:
--   { 'granted', token }
--   { 'timeout', position it had, view }
local state = load(KEYS[1])
local holder = findHolder(state, 'id', ARGV[1])
if holder then
  return { 'granted', holder.token }
end
-- Only the first in line is dropped by others once its time is over.
local ahead = redis.call('ZRANK', KEYS[2], ARGV[1]) or 0
if dequeue(state, KEYS[2], KEYS[3], ARGV[1]) then
  handOff(state, KEYS[2], KEYS[3])
  save(state)
end
return { 'timeout', ahead + 1, view(state, KEYS[2], KEYS[3]) }
