-- States whose time is over. Any node may do it; the second finds nothing left.
local function act()
  local names = call('zrange', P .. 'due', '-inf', now, 'byscore', 'limit', 0, 64)
  for _, name in ipairs(names) do
    local a = agent(name)
    if not a or a['until'] == 0 then
      call('zrem', P .. 'due', name)
    elseif a['until'] <= now then
      if a.state == 'ringing' then
        local c = lose(a)
        if c and not c.gone then wait(c) end
      else
        settle(a, now)
      end
    end
  end
  if #names == 64 then more = 'due' end
  due = tonumber(call('zrange', P .. 'due', 0, 0, 'withscores')[2] or 0)
end
