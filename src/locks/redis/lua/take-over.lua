-- include: messages, state, grants, queue
-- Makes the confirmed lock of a resumed session its own on another replica: same token, same mode,
-- a full lease from now, also where it ran out and nobody else was granted since. The former replica
-- knows another grant id, so it can do nothing any more.
-- KEYS: 3
--   1 lock, 2 queue, 3 waiters
-- ARGV: 6
--   1 session, 2 its generation, 3 new grant id, 4 lease length ms, 5 address, 6 replica
-- Reply: { token, mode, holder's name, note }, or {} if it is not the session's any more, or was
--   resumed once more elsewhere
local state = load(KEYS[1])
handOff(state, KEYS[2], KEYS[3])
local mine = findHolder(state, 'session', ARGV[1])
local generation = tonumber(ARGV[2])
local again = mine and mine.id == ARGV[3]
if not mine or mine.provisional or (mine.generation >= generation and not again) then
  if state.changed then
    save(state)
  end
  return {}
end
if not again then
  tell(state.key, mine.replica, { 'superseded', state.key, mine.id })
end
mine.id = ARGV[3]
mine.generation = generation
mine.address = ARGV[5]
mine.replica = ARGV[6]
extendLease(mine, tonumber(ARGV[4]))
save(state)
return { mine.token, mine.mode, mine.name, mine.note }
