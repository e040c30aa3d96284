-- What an announcement says: occupants, digest, JSON. Pure.
-- No client decides by any of it (protocol rule M15); it is there for people and for logs.

local sha256 = require "util.hashes".sha256;

local quote = module:require "quote";

-- One occupant. bundle_hash: lower-case hex of SHA-256 of its bundle, nil without one.
local function entry(id, bundle_hash)
	return id .. "\0" .. (bundle_hash or "") .. "\0";
end

-- Lower-case hex of SHA-256 over the entries in the byte order of the ids (no id has a byte below NUL). Sorts them.
local function digest(entries)
	table.sort(entries);
	return sha256(table.concat(entries), true);
end

-- The order of the keys is fixed, so that logs and captures compare; numbers are whole.
local function announcement(state, roster_digest, count, round)
	local fields = {
		("\"policy\":%q"):format(state.policy);
		("\"sealed\":%s"):format(state.sealed and "true" or "false");
	};
	if state.by then fields[#fields + 1] = "\"by\":" .. quote(state.by); end
	if state.since then fields[#fields + 1] = ("\"since\":%d"):format(state.since); end
	if state.unsealed_by and not state.sealed then
		fields[#fields + 1] = "\"unsealedBy\":" .. quote(state.unsealed_by);
	end
	fields[#fields + 1] = ("\"epoch\":%d"):format(state.epoch);
	fields[#fields + 1] = ("\"digest\":%q"):format(roster_digest);
	fields[#fields + 1] = ("\"occupants\":%d"):format(count);
	if round then
		fields[#fields + 1] = ("\"consent\":{\"id\":%q,\"by\":%s,\"until\":%d,\"state\":%q,\"agreed\":%d,\"asked\":%d}"):format(
			round.id, quote(round.by), round.deadline, round.state, round.agreed, round.asked);
	end
	return "{\"type\":\"sealmeet\",\"v\":1,\"room\":{" .. table.concat(fields, ",") .. "}}";
end

return { entry = entry; digest = digest; announcement = announcement };
