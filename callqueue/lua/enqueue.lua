-- A call waits. It says so itself, so whoever the floor believes to talk to it does not.
local function act(id, queue, since, priority, place, home)
  since, priority, place = tonumber(since), tonumber(priority), tonumber(place)
  local c = caller(id)
  local a = c and c.agent and agent(c.agent)
  if a and (a.token ~= c.token or a.call ~= id) then a = nil end
  if a and a.state == 'ringing' then -- offered already: tell its node again
    local m = call('hget', P .. 'offers:' .. c.node, id)
    c.gone = nil
    if home ~= c.node and m then
      call('hdel', P .. 'offers:' .. c.node, id)
      c.node = home
      local moved = cjson.decode(m)
      moved.node = home
      m = cjson.encode(moved)
      call('hset', P .. 'offers:' .. home, id, m)
    end
    keep(c)
    if m then tell(home, m) end
    return
  end
  if a then lose(a) end
  if c then
    if not c.agent and c.queue ~= queue then call('zrem', P .. 'waiting:' .. c.queue, id) end
    if c.since < since then -- the earliest arrival that was said counts
      since, place = c.since, place + c.since - since
    end
  end
  wait({ call = id, queue = queue, since = since, priority = priority, place = place, node = home })
end
