-- Fan-out of key messages (brief D8): one broadcast with a part for each occupant becomes one message each. Pure.

local quote = module:require "quote";

local max_id_length = 256;
local max_beacon_length = 4096;

-- The shape is {"type":"sealmeet","v":1,"olm":{"<occupant id>":[0|1,"<base64>"], …}}.
-- Returns an array of { id, kind, text }, or nil, the refusal (words.message) and its detail.
local function read(payload, limits)
	if payload.v ~= 1 then return nil, "malformed", "v has to be 1"; end
	local olm = payload.olm;
	if type(olm) ~= "table" then return nil, "malformed", "olm has to be an object"; end
	for key in pairs(payload) do
		if key ~= "type" and key ~= "v" and key ~= "olm" then
			return nil, "malformed", "a message with olm has no fields but type, v and olm";
		end
	end
	local parts = {};
	for id, part in pairs(olm) do
		if type(id) ~= "string" or id == "" or #id > max_id_length then
			return nil, "malformed", "olm has occupant ids as its keys";
		end
		if #parts >= limits.parts then return nil, "too-many-parts", limits.parts; end
		if type(part) ~= "table" or #part ~= 2 or (part[1] ~= 0 and part[1] ~= 1) or type(part[2]) ~= "string" then
			return nil, "malformed", "a part is [0, base64] or [1, base64]";
		end
		if #part[2] > limits.part_length then return nil, "malformed", "a part is too long"; end
		if not part[2]:match("^[A-Za-z0-9+/_-]+=?=?$") then
			return nil, "malformed", "a part holds something other than base64";
		end
		parts[#parts + 1] = { id = id; kind = part[1] == 1 and 1 or 0; text = part[2] };
	end
	return parts;
end

-- The content of a message is all of it but type and version: these are said once of several (join).

-- What one occupant gets of a key message.
local function content_for(part)
	return "\"olm\":{" .. quote(part.id) .. ":[" .. part.kind .. ",\"" .. part.text .. "\"]}";
end

-- The content of a beacon that its sender calls calm, which may wait; nil for any other.
local function beacon(payload)
	if payload.v ~= 1 or payload.calm ~= true then return nil; end
	for key in pairs(payload) do
		if key ~= "type" and key ~= "v" and key ~= "beacon" and key ~= "calm" then return nil; end
	end
	local text = payload.beacon;
	if type(text) ~= "string" or #text > max_beacon_length or not text:match("^[A-Za-z0-9_-]+$") then return nil; end
	return "\"beacon\":\"" .. text .. "\"";
end

local head = "{\"type\":\"sealmeet\",\"v\":1,";

-- The text of a message with this content.
local function text(content) return head .. content .. "}"; end

-- The text of one message that hands on several: an array of { id of the occupant, content }.
local function join(entries)
	local list = {};
	for at, entry in ipairs(entries) do list[at] = "[" .. quote(entry.id) .. ",{" .. entry.content .. "}]"; end
	return head .. "\"relay\":[" .. table.concat(list, ",") .. "]}";
end

return { read = read; content_for = content_for; beacon = beacon; text = text; join = join };
