-- include: messages, sessions
-- What the session waits for; ignored where it belongs to another replica by now.
-- KEYS: 1
--   1 record
-- ARGV: 2
--   1 generation, 2 the wait, or empty
-- Reply: 1, or where it was ignored 0 if the record belongs to another replica, -1 if there is none
local ownership = ownershipOf(KEYS[1], ARGV[1])
if ownership < 1 then
  return ownership
end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 'wait')
else
  redis.call('HSET', KEYS[1], 'wait', ARGV[2])
end
return 1
