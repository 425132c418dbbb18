-- include: messages, state, grants
-- Takes back that a lease was granted outright: its session has left, and may come back for it within
-- the time of an unconfirmed grant.
-- KEYS: 1
--   1 lock
-- ARGV: 2
--   1 grant id, 2 length of an unconfirmed grant ms
-- Reply: 1, or 0 if the grant is not there any more
local state = load(KEYS[1])
local holder = findHolder(state, 'id', ARGV[1])
if not holder then
  return 0
end
if not holder.provisional then
  tellEnded(state, 'released', holder)
  holder.provisional = true
end
extendLease(holder, tonumber(ARGV[2]))
save(state)
return 1
