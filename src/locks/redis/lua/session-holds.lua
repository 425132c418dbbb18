-- include: messages, sessions
-- The session holds a lock, or is about to; ignored where it belongs to another replica by now.
-- KEYS: 1
--   1 record
-- ARGV: 4
--   1 generation, 2 name, 3 lease length ms, 4 kept alive (1|0)
-- Reply: 1, or 0 if it was ignored
if not isOwned(KEYS[1], ARGV[1]) then
  return 0
end
writeLock(KEYS[1], ARGV[2], ARGV[3], ARGV[4])
return 1
