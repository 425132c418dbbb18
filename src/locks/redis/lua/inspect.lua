-- include: messages, state, grants, queue, views
-- Who holds locks and who waits.
-- KEYS: any number of triples
--   lock, queue, waiters; all in one slot
-- ARGV: 0
-- Reply: a view for each triple (see views.lua)
local reply = {}
for i = 1, #KEYS, 3 do
  local state = load(KEYS[i])
  if state.changed then
    save(state)
  end
  reply[#reply + 1] = view(state, KEYS[i + 1], KEYS[i + 2])
end
return reply
