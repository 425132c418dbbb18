-- include: messages, sessions
-- The session does not hold a lock any more; ignored where it belongs to another replica by now.
-- KEYS: 1
--   1 record
-- ARGV: 2
--   1 generation, 2 name
-- Reply: 1, or 0 if it was ignored
if not isOwned(KEYS[1], ARGV[1]) then
  return 0
end
redis.call('HDEL', KEYS[1], LOCK .. ARGV[2])
return 1
