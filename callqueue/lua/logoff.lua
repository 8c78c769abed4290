-- A desk is gone. One that came back elsewhere in the meantime is not logged off by the old connection's end.
local function act(name, reason)
  local a = agent(name)
  if a and a.home == node and a.boot == boot then log_off(a, reason) end
end
