-- include: messages, state, grants
-- Tells a table that lost its memory, or some of it, of leases which were held: one each for a lock.
-- Tokens prove what happened, for a grant is confirmed only when its token is above all that were
-- confirmed before: a table whose token is lower than a confirmed lease's has forgotten that lease,
-- and what it knows is older, unless it was granted just now and is not confirmed yet. Otherwise
-- somebody else was granted since, or the lease was ended for good; only readers stay beside readers,
-- where no writer can have come between.
-- KEYS: any number
--   locks, all in one slot
-- ARGV: for each key 11
--   grant id, session, mode (x|s), token, lease length ms, what is left of it ms (0: it ran out),
--   holder's name, address, note, replica, generation
-- Reply: for each key: 1 if the lease is known now, 0 if it is lost, 2 if that will be known when
--   somebody else's grant is confirmed or passes on
local FIELDS = 11
local KNOWN, LOST, OPEN = 1, 0, 2

local function judge(state, lease)
  local same = findHolder(state, 'id', lease.id)
  if same and same.provisional then
    -- Its replica handed it over before it heard of this grant.
    same.provisional = false
    same.length = lease.length
    same.ends = lease.ends
    tellGranted(state, same)
    save(state)
  end
  if same then
    return KNOWN
  end
  local own = findHolder(state, 'session', lease.session)
  if own and own.generation > lease.generation then
    return LOST
  end
  if own and own.generation < lease.generation and own.token == lease.token then
    -- Announced by the replica that the session has left since.
    own.id = lease.id
    own.replica = lease.replica
    own.generation = lease.generation
    own.address = lease.address
    save(state)
    return KNOWN
  end
  if lease.token > state.token then
    local unconfirmed = {}
    for _, holder in ipairs(state.holders) do
      if holder.provisional and holder.ends > now then
        if lease.mode == 'x' or holder.mode == 'x' then
          return OPEN
        end
        unconfirmed[#unconfirmed + 1] = holder
      end
    end
    state.holders = unconfirmed
    state.token = lease.token
    state.last = lease.mode == 'x' and 'x' or 'a'
  else
    local beside = not own and lease.mode == 's' and lease.ends > now and isFree(state, 's')
    local noWriter = state.last == 'a' or (state.last == 's' and lease.token == state.token)
    if not (beside and noWriter) then
      return LOST
    end
  end
  state.holders[#state.holders + 1] = lease
  save(state)
  return KNOWN
end

local reply = {}
for i, key in ipairs(KEYS) do
  local at = FIELDS * (i - 1)
  reply[i] = judge(load(key), {
    id = ARGV[at + 1],
    session = ARGV[at + 2],
    mode = ARGV[at + 3],
    token = tonumber(ARGV[at + 4]),
    since = now,
    length = tonumber(ARGV[at + 5]),
    ends = now + tonumber(ARGV[at + 6]),
    provisional = false,
    name = ARGV[at + 7],
    address = ARGV[at + 8],
    note = ARGV[at + 9],
    replica = ARGV[at + 10],
    generation = tonumber(ARGV[at + 11]),
  })
end
return reply
