-- include: messages, state, grants
-- Starts the lease of a grant that is still there.
-- KEYS: 1
--   1 lock
-- ARGV: 2
--   1 grant id, 2 lease length ms
-- Reply: 1, or 0 if the lock was granted to somebody else since
local state = load(KEYS[1])
local holder = findHolder(state, 'id', ARGV[1])
if not holder then
  return 0
end
if holder.provisional then
  tellGranted(state, holder)
end
holder.provisional = false
extendLease(holder, tonumber(ARGV[2]))
save(state)
return 1
