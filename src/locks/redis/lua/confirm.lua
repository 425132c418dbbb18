-- include: state
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
holder.provisional = false
holder.length = tonumber(ARGV[2])
holder.ends = now + holder.length
save(state)
return 1
