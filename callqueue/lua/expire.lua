-- States whose time is over. Any node may do it; the second finds nothing left.
-- Callers return before agents are free, the first come first: nobody overtakes by the order of ends.
local function act()
  local names = call('zrange', P .. 'due', '-inf', now, 'byscore', 'limit', 0, 64)
  local back, rested = {}, {}
  for _, name in ipairs(names) do
    local a = agent(name)
    if not a or a['until'] == 0 then
      call('zrem', P .. 'due', name)
    elseif a.state == 'ringing' then
      local c = lose(a)
      if c and not c.gone then back[#back + 1] = c end
    else
      rested[#rested + 1] = a
    end
  end
  table.sort(back, function(c, d) return c.place < d.place end)
  for _, c in ipairs(back) do wait(c) end
  for _, a in ipairs(rested) do settle(a, now) end
  if #names == 64 then more = 'due' end
  due = tonumber(call('zrange', P .. 'due', 0, 0, 'withscores')[2] or 0)
end
