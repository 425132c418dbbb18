-- What people are shown of a lock. Needs state.lua and queue.lua in front.

-- Of how many waiters it is told who they are.
local MAX_SHOWN_WAITERS = 10

-- { session, mode, token, name, address, since, remaining, note }
local function viewHolder(holder)
  return {
    holder.session,
    holder.mode,
    holder.token,
    holder.name,
    holder.address,
    holder.since,
    math.max(holder.ends - now, 0),
    holder.note,
  }
end

-- { waiting, { holder … }, { { session, mode, name, address } … } }, of waiters the first ones. A
-- grant that was not confirmed in time was never told to anybody, and is not shown.
local function view(state, queue, waiters)
  local holders = {}
  for _, holder in ipairs(state.holders) do
    if holder.ends > now or not holder.provisional then
      holders[#holders + 1] = viewHolder(holder)
    end
  end
  local first = {}
  local ids = redis.call('ZRANGE', queue, 0, MAX_SHOWN_WAITERS - 1)
  if #ids == 0 then
    return { 0, holders, first }
  end
  for i, raw in ipairs(redis.call('HMGET', waiters, unpack(ids))) do
    if raw then
      local waiter = unpackWaiter(ids[i], raw)
      first[#first + 1] = { waiter.session, waiter.mode, waiter.name, waiter.address }
    end
  end
  return { redis.call('ZCARD', queue), holders, first }
end
