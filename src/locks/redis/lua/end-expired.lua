-- include: messages, state, grants, queue, views
-- Ends for good the leases that ran out, as a grant to somebody else does: nobody can renew them
-- any more. Who is next in line has it first.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 0
-- Reply: the view of what is left
local state = load(KEYS[1])
handOff(state, KEYS[2], KEYS[3])
keepOnly(state, function(holder)
  return holder.ends > now
end)
if state.changed then
  save(state)
end
return view(state, KEYS[2], KEYS[3])
