-- include: messages, state
-- Extends many confirmed leases to a full length from now; also those that ran out and were not
-- granted to anybody since.
-- KEYS: any number
--   locks, all in one slot
-- ARGV: for each key
--   number of leases n, then n times: grant id, lease length ms
-- Reply: for each lease, in order: 1, or 0 if it is not there
local reply = {}
local at = 1
for _, key in ipairs(KEYS) do
  local state = load(key)
  local count = tonumber(ARGV[at])
  local renewed = false
  for i = 1, count do
    local holder = findHolder(state, 'id', ARGV[at + 2 * i - 1])
    local live = holder and not holder.provisional
    if live then
      extendLease(holder, tonumber(ARGV[at + 2 * i]))
      renewed = true
    end
    reply[#reply + 1] = live and 1 or 0
  end
  if renewed then
    putOff(state)
    save(state)
  end
  at = at + 1 + 2 * count
end
return reply
