-- A desk connected. After a short loss its agent finds the state again, after a long one it has to say "ready".
about_agent = true

local function restore(a, return_within)
  local state, reason, till = a.back, a.back_reason, a.back_until
  local short = state and now - a.away_at <= return_within
  a.back, a.back_reason, a.back_until = nil, nil, nil
  if not short then
    a.call = nil
    return to(a, 'pause', 'logon', 0)
  end
  if state == 'ready' then return free(a, a.idle) end
  if till > 0 and till <= now then return settle(a, now) end
  to(a, state, reason, till)
end

local function act(name, queued, device, return_within)
  local a = agent(name)
  if not a then
    a = { agent = name, state = 'offline', reason = '', since = now, ['until'] = 0, queues = '', device = '',
      idle = now, version = now, away = 'new', away_at = now }
    known[name] = a
  end
  local moved = a.queues ~= queued
  if moved and a.state == 'ready' then leave(a) end
  a.queues, a.device, a.home, a.boot = queued, device, node, boot
  call('sadd', P .. 'desks:' .. node, name)
  local away = a.away
  a.away = nil
  change(a)
  if held(a) then return end
  if away then return restore(a, tonumber(return_within)) end
  if moved and a.state == 'ready' then free(a, a.idle) end
end
