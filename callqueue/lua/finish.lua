-- The agent is done with the wrap-up, or asks once for more time.
about_agent = true

local function act(name, id, more_time)
  local a = agent(name)
  more_time = tonumber(more_time)
  if not a or a.state ~= 'wrapup' or a.call ~= id then return more_time > 0 and 'no wrapup' or nil end
  if more_time == 0 then return settle(a, now) end
  if a.extended then return 'no wrapup' end
  a.extended = true
  to(a, 'wrapup', a.reason, a['until'] + more_time)
end
