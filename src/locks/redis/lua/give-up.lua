-- include: state, queue
-- Ends a wait whose time is over, unless it was granted at the last moment.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 1
--   1 grant id
-- Reply:
--   { 'granted', token }
--   { 'timeout', view }
local state = load(KEYS[1])
local holder = findHolder(state, 'id', ARGV[1])
if holder then
  return { 'granted', holder.token }
end
if dequeue(state, KEYS[2], KEYS[3], ARGV[1]) then
  handOff(state, KEYS[2], KEYS[3])
  save(state)
end
return { 'timeout', view(state, KEYS[2]) }
