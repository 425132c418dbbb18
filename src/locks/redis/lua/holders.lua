-- include: messages, state, grants, queue
-- Who keeps a lock from those who wait for it. Changes nothing.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 1
--   1 grant id of a request that is said to wait for it, or empty
-- Reply: { session, name, address … } of each holder whose lease runs; nobody where the request
--   does not wait any more
local reply = {}
local waiter = ARGV[1] ~= '' and findWaiter(KEYS[3], ARGV[1])
if ARGV[1] ~= '' and not (waiter and waiter.deadline > now) then
  return reply
end
for _, holder in ipairs(load(KEYS[1]).holders) do
  if holder.ends > now then
    reply[#reply + 1] = { holder.session, holder.name, holder.address }
  end
end
return reply
