-- include: messages, state, grants, queue, views
-- Ends every grant, confirmed or not, tells the replicas of those who were told that they have it,
-- and hands the lock to who is next.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 3
--   1 token of the store, which the next grant's is above, 2 who does it, 3 why
-- Reply: the holders of confirmed grants, as in a view
local state = load(KEYS[1])
local broken = {}
for _, holder in ipairs(state.holders) do
  if not holder.provisional then
    tell(state.key, holder.replica, { 'broken', state.key, holder.id, ARGV[2], ARGV[3] })
    tellEverybody(state.key, string.format(
      '{"event":"broken","token":%s,"by":%s,"reason":%s}',
      digits(holder.token),
      quoted(ARGV[2]),
      quoted(ARGV[3])
    ))
    broken[#broken + 1] = viewHolder(holder)
  end
end
state.holders = {}
state.token = math.max(state.token, tonumber(ARGV[1]))
if state.last ~= 'x' then
  state.last = 'b'
end
handOff(state, KEYS[2], KEYS[3])
save(state)
return broken
