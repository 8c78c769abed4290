-- An agent dials: taken into "talking" without a queue. A pause goes on after the call.
about_agent = true

local function act(name, id)
  local a = agent(name)
  if not a or a.away or a.state == 'offline' then return 'offline' end
  if held(a) then
    if a.call == id and a.state ~= 'ringing' then return end
    return 'busy'
  end
  local c = caller(id)
  if c and c.agent then return 'busy' end
  if c then call('zrem', P .. 'waiting:' .. c.queue, id) end
  if a.state == 'pause' and not a.next then
    a.next, a.next_reason, a.next_until = 'pause', a.reason, a['until']
  end
  a.token, a.call = call('incr', P .. 'token'), id
  to(a, 'talking', '', 0)
  keep({ call = id, queue = c and c.queue or '', since = c and c.since or now, priority = c and c.priority or 0,
    place = c and c.place or now, node = c and c.node or node, agent = name, token = a.token })
end
