-- The record of one session, which any replica may go on with. Needs messages.lua in front.
--
-- The record key is a hash:
--   secret      hash of the secret that resumes it
--   generation  how often it was resumed, from 1
--   replica     whose it is
--   order       how many locks it was ever told of
--   wait        the one request that it waits with, as its replica wrote it; or absent
--   lock:<name> MessagePack of { order, lease length ms, whether it is kept alive (1|0) }
local LOCK = 'lock:'

-- 1, or 0 if it belongs to another replica, -1 if there is no such record.
local function ownershipOf(record, generation)
  local owner = redis.call('HGET', record, 'generation')
  if not owner then
    return -1
  end
  return owner == generation and 1 or 0
end

local function isOwned(record, generation)
  return ownershipOf(record, generation) == 1
end

local function writeLock(record, name, lengthMs, keepAlive)
  local known = redis.call('HGET', record, LOCK .. name)
  local order = known and cmsgpack.unpack(known)[1] or redis.call('HINCRBY', record, 'order', 1)
  local packed = cmsgpack.pack({ order, tonumber(lengthMs), tonumber(keepAlive) })
  redis.call('HSET', record, LOCK .. name, packed)
end
