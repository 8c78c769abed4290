
-- A request that was done before, because its answer was lost, only reports.
local did = P .. 'did:' .. ARGV[2]
local refused
if ARGV[2] == '' or call('set', did, '', 'nx', 'px', 10000) then
  refused = act(unpack(ARGV, 8))
  if refused then call('del', did) end
else
  local m = call('hget', P .. 'offers:' .. node, ARGV[8])
  if m then tell(node, m) end
end

local said = {}
for i, a in ipairs(changed) do
  a.changed = nil
  a.version = a.version + 1
  said[i] = cjson.encode(a)
  call('hset', P .. 'agents', a.agent, said[i])
  call('publish', P .. 'presence', boot .. ' ' .. said[i])
end

local answer = '{"agents":[' .. table.concat(said, ',') .. '],"matches":[' .. table.concat(matches, ',') .. ']'
if refused then answer = answer .. ',"refused":"' .. refused .. '"' end
if about_agent then answer = answer .. ',"agent":' .. (call('hget', P .. 'agents', ARGV[8]) or 'null') end
if due then answer = answer .. ',"due":' .. string.format('%.0f', due) end
if server then answer = answer .. ',"server":"' .. server .. '"' end
if more then answer = answer .. ',"more":"' .. more .. '"' end
return answer .. '}'
