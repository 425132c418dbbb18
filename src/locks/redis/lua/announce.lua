-- include: state
-- Tells a table that lost its memory of leases which were held: one each for a lock. Somebody who
-- was granted the lock since goes first. Where this errs the store refuses the late one's write.
-- KEYS: any number
--   locks, all in one slot
-- ARGV: for each key 7
--   grant id, session, mode (x|s), token, lease length ms, holder's name, address
-- Reply: for each key: 1 if the lease is known now, 0 if it is lost
local reply = {}
for i, key in ipairs(KEYS) do
  local state = load(key)
  local at = 7 * (i - 1)
  local mode, token = ARGV[at + 3], tonumber(ARGV[at + 4])
  local known = findHolder(state, 'id', ARGV[at + 1]) ~= nil
  local unclaimed = not state.known or (state.token == token and #state.holders == 0)
  local alongside = state.token == token and mode == 's' and not state.lastExclusive
  if not known and (unclaimed or (alongside and isFree(state, mode))) then
    local length = tonumber(ARGV[at + 5])
    state.token = token
    state.lastExclusive = mode == 'x'
    state.holders[#state.holders + 1] = {
      id = ARGV[at + 1],
      session = ARGV[at + 2],
      mode = mode,
      token = token,
      since = now,
      ends = now + length,
      length = length,
      provisional = false,
      name = ARGV[at + 6],
      address = ARGV[at + 7],
    }
    save(state)
    known = true
  end
  reply[i] = known and 1 or 0
end
return reply
