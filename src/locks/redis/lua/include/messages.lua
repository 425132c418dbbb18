-- What scripts tell replicas and everybody. Every key is <prefix>{<hash tag>}:<kind>, and channels
-- begin with the same prefix.

-- Large numbers leave Lua as strings without an exponent.
local function digits(number)
  return string.format('%.0f', number)
end

-- Without the escaped slashes that cjson writes.
local function quoted(text)
  return (string.gsub(cjson.encode(text), '\\/', '/'))
end

local function prefixOf(key)
  return string.match(key, '^([^{]*){')
end

-- To one replica: a list of strings.
local function tell(key, replica, message)
  redis.call('PUBLISH', prefixOf(key) .. 'replica:' .. replica, cjson.encode(message))
end

-- To whoever listens to a lock: `message` is JSON.
local function tellEverybody(lock, message)
  local topic = 'lock:' .. string.match(lock, '{([^}]*)}')
  redis.call('PUBLISH', prefixOf(lock) .. 'events', cjson.encode({ topic, message }))
end
