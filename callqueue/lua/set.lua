-- An agent's wish: ready, pause, offline. In a call or its wrap-up it is kept for afterwards.
about_agent = true

local function act(name, state, reason, till)
  till = tonumber(till)
  local a = agent(name)
  if not a then return 'offline' end
  if held(a) or a.state == 'wrapup' then
    a.next, a.next_reason, a.next_until = state, reason, till
    return change(a)
  end
  if a.away then
    if state ~= 'offline' then return 'offline' end
    a.back, a.back_reason, a.back_until = state, reason, 0
    return change(a)
  end
  if a.state == state and a.reason == reason and a['until'] == till then return end
  if state ~= 'ready' then return to(a, state, reason, till) end
  if a.state ~= 'ready' then free(a, now) end
end
