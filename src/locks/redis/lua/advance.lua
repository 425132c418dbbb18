-- include: messages, state, grants, queue
-- Grants to the next in line if the lease ran out, and says what became of some waiting requests:
-- run at a known end, and where a message may have been lost.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: any number
--   grant ids of this replica's waiting requests
-- Reply: { ms until something may change by itself (0: nobody waits), then for each grant id:
--   token of its grant, 0 if it waits, -1 if it is not known }
local state = load(KEYS[1])
handOff(state, KEYS[2], KEYS[3])
local reply = { tellEnd(state) }
for i, id in ipairs(ARGV) do
  local holder = findHolder(state, 'id', id)
  if holder then
    reply[i + 1] = holder.token
  else
    reply[i + 1] = redis.call('ZSCORE', KEYS[2], id) and 0 or -1
  end
end
if state.changed then
  save(state)
end
return reply
