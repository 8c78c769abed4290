-- A node says that it lives, gives up nodes that do not, and hears the next end of a state. Who was away itself gives up nobody: perhaps it was Redis that stood still.
local function act(_, fresh)
  local t = call('time')
  local clock = t[1] * 1000 + math.floor(t[2] / 1000)
  local last = tonumber(call('hget', P .. 'nodes', node) or 0)
  call('hset', P .. 'nodes', node, clock)

  local function clear(n) -- no desk can be connected there
    for _, name in ipairs(call('smembers', P .. 'desks:' .. n)) do
      local a = agent(name)
      if a and a.home == n and not (n == node and a.boot == boot) then log_off(a, 'server') end
    end
    if n ~= node then call('del', P .. 'desks:' .. n) end
  end

  if fresh == '1' then
    clear(node)
  elseif last < 0 then
    more = 'dead'
  elseif clock - last < 2000 then
    local nodes = call('hgetall', P .. 'nodes')
    for i = 1, #nodes, 2 do
      local n, beat = nodes[i], tonumber(nodes[i + 1])
      if beat > 0 and clock - beat > 3000 then
        call('hset', P .. 'nodes', n, -clock)
        clear(n)
      elseif beat < 0 and clock + beat > 3600000 then
        call('hdel', P .. 'nodes', n)
      end
    end
  end
  server = string.match(call('info', 'server'), 'run_id:(%x+)')
  due = tonumber(call('zrange', P .. 'due', 0, 0, 'withscores')[2] or 0)
end
