-- include: messages, state
-- Raises the token of a grant above one that the store has reached: this table lost its memory.
-- Only while the very grant is there; else it is the caller that is late.
-- KEYS: 1
--   1 lock
-- ARGV: 2
--   1 grant id, 2 token of the store
-- Reply: the new token, or 0 if the grant is not there any more
local state = load(KEYS[1])
local holder = findHolder(state, 'id', ARGV[1])
if not holder then
  return 0
end
state.token = math.max(state.token + 1, tonumber(ARGV[2]) + 1)
holder.token = state.token
save(state)
return state.token
