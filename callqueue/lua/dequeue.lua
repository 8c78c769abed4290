-- A call waits no longer. An agent who is reserved for it stays so until Seat or the end of the lease.
local function act(id)
  local c = caller(id)
  if not c then return end
  if not c.agent then
    call('zrem', P .. 'waiting:' .. c.queue, id)
    call('hdel', P .. 'calls', id)
    return
  end
  c.gone = true
  keep(c)
  call('hdel', P .. 'offers:' .. c.node, id)
end
