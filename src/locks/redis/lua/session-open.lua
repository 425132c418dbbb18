-- include: messages, sessions
-- A new record, unless there is one.
-- KEYS: 1
--   1 record
-- ARGV: 4, then any number
--   1 hash of the secret, 2 how long to keep it ms, 3 generation, 4 replica; then for each lock: name,
--   lease length ms, kept alive (1|0)
-- Reply: 1, or 0 if there is one
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
redis.call('HSET', KEYS[1], 'secret', ARGV[1], 'generation', ARGV[3], 'replica', ARGV[4])
for i = 5, #ARGV, 3 do
  writeLock(KEYS[1], ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
