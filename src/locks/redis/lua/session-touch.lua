-- include: messages, sessions
-- Keeps records for a while from now.
-- KEYS: any number
--   records, all in one slot
-- ARGV: 1, then any number
--   1 how long to keep them ms, then the generation of each
-- Reply: for each: 1, 0 if it belongs to another replica, -1 if there is none
local reply = {}
for i, record in ipairs(KEYS) do
  reply[i] = ownershipOf(record, ARGV[i + 1])
  if reply[i] == 1 then
    redis.call('PEXPIRE', record, ARGV[1])
  end
end
return reply
