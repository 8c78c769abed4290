-- The epoch of the data: made by the first who misses it. Tokens begin where no earlier one can have been.
-- ARGV: an epoch to use when there is none, now (ms).
if redis.call('set', KEYS[1], ARGV[1], 'nx') then
  local tokens = string.sub(KEYS[1], 1, -6) .. 'token'
  local first = tonumber(ARGV[2]) * 10
  if tonumber(redis.call('get', tokens) or 0) < first then redis.call('set', tokens, string.format('%.0f', first)) end
end
return redis.call('get', KEYS[1])
