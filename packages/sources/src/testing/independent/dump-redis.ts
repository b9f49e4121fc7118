import type { IndependentDump } from '../independent-dump.ts';
import type { TestServer } from '../test-server.ts';

/** Runs in the server: one line for each key, in hexadecimal, with its type, its end and its content in an order of its own. */
const DESCRIBE_KEYS = `
local function hex(text) return (string.gsub(text, '.', function(c) return string.format('%02x', string.byte(c)) end)) end
local function flat(reply)
  if type(reply) ~= 'table' then return hex(tostring(reply)) end
  local parts = {}
  for i, part in ipairs(reply) do parts[i] = flat(part) end
  return '(' .. table.concat(parts, ' ') .. ')'
end
local function pairs_sorted(reply)
  local parts = {}
  for i = 1, #reply, 2 do parts[#parts + 1] = hex(reply[i]) .. '=' .. hex(reply[i + 1]) end
  table.sort(parts)
  return table.concat(parts, ' ')
end
local read = {
  string = function(key) return redis.call('GET', key) end,
  list = function(key) return flat(redis.call('LRANGE', key, 0, -1)) end,
  hash = function(key) return pairs_sorted(redis.call('HGETALL', key)) end,
  zset = function(key)
    -- Each version prints scores in a way of its own.
    local reply = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
    for i = 2, #reply, 2 do reply[i] = string.format('%.17g', tonumber(reply[i])) end
    return flat(reply)
  end,
  set = function(key)
    local members = {}
    for i, member in ipairs(redis.call('SMEMBERS', key)) do members[i] = hex(member) end
    table.sort(members)
    return table.concat(members, ' ')
  end,
  stream = function(key)
    local info = redis.call('XINFO', 'STREAM', key)
    local parts = { flat(redis.call('XRANGE', key, '-', '+')) }
    for i = 1, #info, 2 do
      if info[i] == 'last-generated-id' or info[i] == 'max-deleted-entry-id' or info[i] == 'entries-added' then parts[#parts + 1] = info[i] .. flat(info[i + 1]) end
    end
    for _, group in ipairs(redis.call('XINFO', 'GROUPS', key)) do
      parts[#parts + 1] = flat(group)
      for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', key, group[2])) do parts[#parts + 1] = hex(consumer[2]) .. flat(consumer[4]) end
      for _, pending in ipairs(redis.call('XPENDING', key, group[2], '-', '+', 1000000)) do parts[#parts + 1] = hex(pending[1]) .. hex(pending[2]) .. flat(pending[4]) end
    end
    return table.concat(parts, ' ')
  end,
}
local lines = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  lines[#lines + 1] = hex(key) .. ' ' .. kind .. ' ' .. redis.call('PEXPIRETIME', key) .. ' ' .. redis.sha1hex(read[kind](key))
end
return table.concat(lines, '\\n')
`;

export async function dumpRedis(server: TestServer): Promise<IndependentDump> {
  const keyspace = await server.client('INFO keyspace');
  const databases = [...keyspace.matchAll(/^db(\d+):/gm)].map(([, database]) => database ?? '');
  const tables: [string, string][] = [];
  for (const database of databases) {
    const script = DESCRIBE_KEYS.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    const lines = (await server.client(`EVAL "${script}" 0\n`, database)).split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const [key = '', ...rest] = line.split(' ');
      tables.push([`${database} ${Buffer.from(key, 'hex').toString('latin1')}`, rest.join(' ')]);
    }
  }
  return {
    schema: await server.client('FUNCTION LIST WITHCODE'),
    tables: Object.fromEntries(tables.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    others: {},
    database: {},
  };
}
