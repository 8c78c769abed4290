-- What all scripts of the floor share. A script is this text, its own act() and tail.lua.
--
-- KEYS[1] the epoch; its name less "epoch" begins every other name, so all are in one slot.
-- ARGV    now (ms), request id, epoch, node, boot of the process, lease (ms), missed pause (ms), then act's own;
--         ARGV[8] is always the agent or the call that the script is about.
--
-- agents    hash: agent -> record (JSON)      calls     hash: call -> record, from Enqueue to the end of its reservation
-- ready:Q   agents by idle-since              waiting:Q calls by place
-- due       agents by the end of their state  offers:N  hash: call -> match for node N, while it rings
-- token     counter                           did:R     request R was done
-- nodes     hash: node -> last beat, negative when given up; by the clock of Redis
-- desks:N   set of the agents whose desk was last seen at node N
--
-- At rest no queue has both a ready agent and a waiting call. Each event adds to one side only, so it is enough
-- that whoever comes looks at the other side first.

local call = redis.call
local P = string.sub(KEYS[1], 1, -6)
local now, node, boot = tonumber(ARGV[1]), ARGV[4], ARGV[5]
local lease, missed = tonumber(ARGV[6]), tonumber(ARGV[7])

if call('get', KEYS[1]) ~= ARGV[3] then return '{"emptied":true}' end

local known, changed, matches = {}, {}, {}
local about_agent = false -- whether the answer gives the agent ARGV[8], changed or not
local due, more, server -- the earliest end of a state; what else there is to do; which Redis this is

local function agent(name)
  local a = known[name]
  if a == nil then
    local s = call('hget', P .. 'agents', name)
    a = s and cjson.decode(s) or false
    known[name] = a
  end
  return a or nil
end

local function change(a)
  if not a.changed then
    a.changed = true
    changed[#changed + 1] = a
  end
end

local function caller(id)
  local s = call('hget', P .. 'calls', id)
  return s and cjson.decode(s) or nil
end

local function keep(c) call('hset', P .. 'calls', c.call, cjson.encode(c)) end

local function queues(a) return string.gmatch(a.queues, '[^\n]+') end

local function leave(a)
  for q in queues(a) do call('zrem', P .. 'ready:' .. q, a.agent) end
end

local function alive(n)
  if n == node then return true end
  local beat = call('hget', P .. 'nodes', n)
  return not beat or tonumber(beat) > 0
end

local function held(a) return a.state == 'ringing' or a.state == 'talking' or a.state == 'hold' end

-- to is the only way into a state; one that ends by itself is in due.
local function to(a, state, reason, till)
  if a.state == 'ready' then leave(a) end
  if a.state ~= state or a.reason ~= reason then a.since = now end
  if till > 0 then
    call('zadd', P .. 'due', till, a.agent)
  elseif a['until'] > 0 then
    call('zrem', P .. 'due', a.agent)
  end
  a.state, a.reason, a['until'] = state, reason, till
  change(a)
end

local function tell(n, m)
  if n == node then
    matches[#matches + 1] = m
  else
    call('publish', P .. 'match:' .. n, m)
  end
end

-- reserve joins a ready agent and a call that waits in no queue any more.
local function reserve(a, c)
  a.token, a.call = call('incr', P .. 'token'), c.call
  to(a, 'ringing', '', now + lease)
  c.agent, c.token = a.agent, a.token
  keep(c)
  local m = cjson.encode({ call = c.call, agent = a.agent, device = a.device, queue = c.queue, node = c.node,
    token = a.token, since = c.since, priority = c.priority })
  call('hset', P .. 'offers:' .. c.node, c.call, m)
  tell(c.node, m)
end

-- take_caller gives the call with the lowest place in the agent's queues, out of its queue. A call whose node is gone is
-- passed over: nobody would hear of the match. That node enqueues it again when it is back.
local function take_caller(a)
  for _ = 1, 1000 do
    local id, place, queue
    for q in queues(a) do
      local head = call('zrange', P .. 'waiting:' .. q, 0, 0, 'withscores')
      if head[1] and (not place or tonumber(head[2]) < place) then
        id, place, queue = head[1], tonumber(head[2]), q
      end
    end
    if not id then return nil end
    call('zrem', P .. 'waiting:' .. queue, id)
    local c = caller(id)
    if c and not c.agent then
      if alive(c.node) then return c end
      call('hdel', P .. 'calls', id)
    end
  end
end

-- free makes an agent ready: it takes the next caller or stands in all its queues.
local function free(a, idle)
  a.idle, a.call = idle, nil
  local c = take_caller(a)
  if c then return reserve(a, c) end
  to(a, 'ready', '', 0)
  a.since = idle
  for q in queues(a) do call('zadd', P .. 'ready:' .. q, idle, a.agent) end
end

-- wait puts a call at its place, or gives it to the agent who is idle longest.
local function wait(c)
  c.agent, c.token = nil, nil
  for _ = 1, 1000 do
    local first = call('zrange', P .. 'ready:' .. c.queue, 0, 0)[1]
    if not first then break end
    local a = agent(first)
    if a and a.state == 'ready' then return reserve(a, c) end
    call('zrem', P .. 'ready:' .. c.queue, first)
  end
  keep(c)
  call('zadd', P .. 'waiting:' .. c.queue, c.place, c.call)
end

-- rest is to() for an agent whom no call holds; without a desk it is offline, and the state is kept for log-on to restore.
local function rest(a, state, reason, till)
  if not a.away then return to(a, state, reason, till) end
  a.back, a.back_reason, a.back_until = state, reason, till
  to(a, 'offline', a.away, 0)
end

-- settle lets an agent whom nothing holds do what it wished for, else be ready.
local function settle(a, idle)
  local state, reason, till = a.next, a.next_reason, a.next_until
  a.call, a.next, a.next_reason, a.next_until = nil, nil, nil, nil
  if state and state ~= 'ready' and (till == 0 or till > now) then return rest(a, state, reason, till) end
  if not a.away then return free(a, idle) end
  a.idle = idle
  rest(a, 'ready', '', 0)
end

-- part ends the agent's reservation and gives its call, if that still stands for the same one.
local function part(a)
  local c = a.call and caller(a.call)
  if c and c.agent == a.agent and c.token == a.token then
    call('hdel', P .. 'calls', c.call)
    call('hdel', P .. 'offers:' .. c.node, c.call)
    return c
  end
end

-- lose pauses an agent whose offer nobody turned into anything, and gives the call back.
local function lose(a)
  local c = part(a)
  a.call = nil
  rest(a, 'pause', 'lost', now + missed)
  return c
end

-- log_off marks that the agent's desk is gone. A call that holds the agent goes on.
local function log_off(a, reason)
  if a.away then return end
  a.away, a.away_at = reason, now
  if held(a) then return change(a) end
  rest(a, a.state, a.reason, a['until'])
end
