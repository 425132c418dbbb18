-- include: messages, sessions
-- Raises the generation and makes the record another replica's; the one it belonged to is told.
-- KEYS: 1
--   1 record
-- ARGV: 4
--   1 hash of the secret, 2 how long to keep it ms, 3 replica, 4 session
-- Reply: { generation, wait or empty, { name, lease length ms, kept alive (1|0) } for each lock, in
--   the order in which they came }; or {} if there is no such session, or it has another secret
local record = KEYS[1]
if redis.call('HGET', record, 'secret') ~= ARGV[1] then
  return {}
end
local generation = redis.call('HINCRBY', record, 'generation', 1)
local former = redis.call('HGET', record, 'replica')
if former ~= ARGV[3] then
  tell(record, former, { 'left', ARGV[4], digits(generation) })
end
redis.call('HSET', record, 'replica', ARGV[3])
redis.call('PEXPIRE', record, ARGV[2])

local locks = {}
local fields = redis.call('HGETALL', record)
for i = 1, #fields, 2 do
  if string.sub(fields[i], 1, #LOCK) == LOCK then
    local lock = cmsgpack.unpack(fields[i + 1])
    locks[#locks + 1] = { order = lock[1], shown = { string.sub(fields[i], #LOCK + 1), lock[2], lock[3] } }
  end
end
table.sort(locks, function(one, other)
  return one.order < other.order
end)
local reply = { generation, redis.call('HGET', record, 'wait') or '' }
for _, lock in ipairs(locks) do
  reply[#reply + 1] = lock.shown
end
return reply
