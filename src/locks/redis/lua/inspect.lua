-- include: state
-- Who holds locks and how many wait.
-- KEYS: any number of pairs
--   lock, queue; all in one slot
-- ARGV: 0
-- Reply: a view for each pair (see state.lua)
local reply = {}
for i = 1, #KEYS, 2 do
  local state = load(KEYS[i])
  if state.changed then
    save(state)
  end
  reply[#reply + 1] = view(state, KEYS[i + 1])
end
return reply
