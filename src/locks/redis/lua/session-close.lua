-- include: messages, sessions
-- Forgets the session; ignored where it belongs to another replica by now.
-- KEYS: 1
--   1 record
-- ARGV: 1
--   1 generation
-- Reply: 1, or 0 if it was ignored
if not isOwned(KEYS[1], ARGV[1]) then
  return 0
end
redis.call('DEL', KEYS[1])
return 1
