-- include: messages, state, grants, queue
-- Ends a grant, confirmed or not, or a place in the queue, and hands the lock to who is next.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 4
--   1 grant id, 2 replica, which learns by the answer what was granted through it outright, 3 grant
--   id of the request that the replica handed the lock to already, or empty, 4 the token it told
-- Reply: { 0 } if it neither held nor waited; or
--   { 1, grant id of who is next now or '', then grant id and token of each such grant }
local state = load(KEYS[1])
local holder, index = findHolder(state, 'id', ARGV[1])
if holder then
  table.remove(state.holders, index)
  tellEnded(state, 'released', holder)
elseif not dequeue(state, KEYS[2], KEYS[3], ARGV[1]) then
  return { 0 }
end
local promised = ARGV[3] ~= '' and { id = ARGV[3], token = tonumber(ARGV[4]) }
local told = handOff(state, KEYS[2], KEYS[3], ARGV[2], promised)
save(state)
return { 1, unpack(told) }
