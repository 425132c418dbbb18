-- Who may hold a lock, and how that ends. Needs messages.lua and state.lua in front.

-- The most readers of one file: every script on the file reads all of them.
local MAX_SHARED_HOLDERS = 1000

local MODES = { x = 'exclusive', s = 'shared' }

local function tellGranted(state, holder)
  local message = '{"event":"granted","mode":"%s","token":%s,"holder":%s,"address":%s}'
  tellEverybody(state.key, string.format(
    message,
    MODES[holder.mode],
    digits(holder.token),
    quoted(holder.name),
    quoted(holder.address)
  ))
end

-- A grant that was never confirmed was never told to anybody: its end is no news either.
local function tellEnded(state, how, holder)
  if not holder.provisional then
    local message = '{"event":"%s","mode":"%s","token":%s}'
    tellEverybody(state.key, string.format(message, how, MODES[holder.mode], digits(holder.token)))
  end
end

-- Whether a grant in this mode disturbs no live holder, other than the one given.
local function isFree(state, mode, exceptId)
  local live = 0
  for _, holder in ipairs(state.holders) do
    if holder.ends > now and holder.id ~= exceptId then
      if mode == 'x' or holder.mode == 'x' then
        return false
      end
      live = live + 1
    end
  end
  return live < MAX_SHARED_HOLDERS
end

-- Ends for good all leases that `stays` says no to. `session`: whose own weaker lock gives way to a
-- stronger one, which is no expiry.
local function keepOnly(state, stays, session)
  local kept = {}
  for _, holder in ipairs(state.holders) do
    if stays(holder) then
      kept[#kept + 1] = holder
    elseif holder.session ~= session then
      tellEnded(state, 'expired', holder)
    end
  end
  state.changed = state.changed or #kept < #state.holders
  state.holders = kept
end

-- Makes `wish` ({ id, session, mode, provisional, outright, name, address, note, replica,
-- generation }) a holder until it confirms; or, where its replica learns of it at once, for the
-- whole lease that it asked to have outright. Leases that ran out end here for good, for now somebody
-- else is granted.
local function grant(state, wish, learnsAtOnce)
  keepOnly(state, function(holder)
    return wish.mode == 's' and holder.mode == 's' and holder.ends > now
  end, wish.session)
  if wish.mode == 'x' or state.last == 'x' then
    local first = state.token == 0
    state.last = (wish.mode == 's' and first) and 'a' or wish.mode
    state.token = state.token + 1
  end
  local outright = learnsAtOnce and wish.outright > 0
  local length = outright and wish.outright or wish.provisional
  local holder = {
    id = wish.id,
    session = wish.session,
    mode = wish.mode,
    token = state.token,
    since = now,
    ends = now + length,
    length = length,
    provisional = not outright,
    name = wish.name,
    address = wish.address,
    note = wish.note,
    replica = wish.replica,
    generation = wish.generation,
  }
  state.holders[#state.holders + 1] = holder
  state.changed = true
  if outright then
    tellGranted(state, holder)
  end
  return holder
end
