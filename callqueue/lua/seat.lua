-- What becomes of a reservation, fenced by its token. Reclaim is the same, with what is needed to make it anew.
local holds = { ringing = true, talking = true, hold = true }

-- rebuild believes a token that is newer than all that Redis knows of the agent or the call.
local function rebuild(token, name, id, queue, device, since, priority, place, home)
  local c = caller(id)
  if c and c.agent and c.agent ~= name then
    if c.token > token then return nil end
    local other = agent(c.agent)
    if other and other.token == c.token and other.call == id and held(other) then lose(other) end
  end
  if c and not c.agent then call('zrem', P .. 'waiting:' .. c.queue, id) end
  local a = agent(name)
  if not a then
    a = { agent = name, state = 'offline', reason = '', since = now, ['until'] = 0, queues = '', device = device or '',
      idle = now, version = now, away = 'lost', away_at = now }
    known[name] = a
  end
  local back = held(a) and a.call ~= id and part(a)
  if tonumber(call('get', P .. 'token') or 0) < token then call('set', P .. 'token', string.format('%.0f', token)) end
  a.token, a.call = token, id
  to(a, 'talking', '', 0)
  if queue then
    keep({ call = id, queue = queue, since = tonumber(since), priority = tonumber(priority), place = tonumber(place),
      node = home, agent = name, token = token })
  elseif c then
    c.agent, c.token = name, token
    keep(c)
  end
  if back and not back.gone then wait(back) end
  return a
end

local function act(name, token, id, as, cause, wrapup, ...)
  token, wrapup = tonumber(token), tonumber(wrapup)
  local a = agent(name)
  if not a or (a.token or 0) < token then
    a = rebuild(token, name, id, ...)
    if not a then return 'stale' end
  elseif a.token > token then
    return 'stale'
  elseif a.call ~= id or not held(a) then -- over: the end may be said twice, and corrects "lost"
    if holds[as] then return 'stale' end
    if a.state ~= 'pause' or a.reason ~= 'lost' then return end
  end
  if holds[as] then
    local c = as ~= 'ringing' and caller(id)
    if c then call('hdel', P .. 'offers:' .. c.node, id) end
    return to(a, as, cause, as == 'ringing' and now + lease or 0)
  end
  part(a)
  if as == 'wrapup' and wrapup > 0 then
    a.call, a.extended = id, nil
    rest(a, 'wrapup', cause, now + wrapup)
  elseif as == 'missed' and (not a.next or a.next == 'ready') then
    a.call, a.next = nil, nil
    rest(a, 'pause', cause, now + missed)
  else
    settle(a, as == 'wrapup' and now or a.idle)
  end
end
