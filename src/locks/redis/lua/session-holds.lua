-- include: messages, sessions
-- The session holds a lock, or is about to; ignored where it belongs to another replica by now.
-- KEYS: 1
--   1 record
-- ARGV: 4
--   1 generation, 2 name, 3 lease length ms, 4 kept alive (1|0)
-- Reply: 1, or where it was ignored 0 if the record belongs to another replica, -1 if there is none
local ownership = ownershipOf(KEYS[1], ARGV[1])
if ownership < 1 then
  return ownership
end
writeLock(KEYS[1], ARGV[2], ARGV[3], ARGV[4])
return 1
