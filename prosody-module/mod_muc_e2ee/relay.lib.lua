-- Hands on in one message what several occupants send at nearly the same moment: after a leave everybody hears from
-- everybody, and it is the number of messages that costs, here and at each receiver. Order is kept for each sender.

local st = require "util.stanza";
local jid = require "util.jid";

local names = module:require "names";
local parts = module:require "parts";

local parts_delay = 0.015; -- seconds; far below the 0.1 after which a new key is used
local beacons_delay = 1; -- seconds; views are compared after more than five
local max_entries = 128; -- in one message; a client takes 256
local max_size = 65536; -- bytes of text, about

return function (store, announce)
	local relay = {};

	-- Of what waits in a room: { parts = in-room JID → list of { nick, content }, beacons = such a list }.
	local function waiting(room)
		local passing = store.passing(room);
		local found = passing.relay;
		if not found then
			found = {};
			passing.relay = found;
		end
		return found;
	end

	local function message(from, text)
		return st.message({ type = "groupchat"; from = from })
			:tag("json-message", { xmlns = names.json_message_namespace }):text(text):up();
	end

	-- Calls deliver(sender, text) for each message that this list becomes: one of its sender's own where it is alone,
	-- else the room's. Whoever has left meanwhile is left out: nobody could tell any more whose words these are.
	local function pack(room, list, deliver)
		local entries, size = {}, 0;
		local function flush()
			if #entries == 1 then
				deliver(entries[1].nick, parts.text(entries[1].content));
			elseif #entries > 1 then
				deliver(room.jid, parts.join(entries));
			end
			entries, size = {}, 0;
		end
		for _, entry in ipairs(list) do
			if store.occupant(room, entry.nick) then
				if #entries == max_entries or size + #entry.content > max_size then flush(); end
				entries[#entries + 1] = { nick = entry.nick; id = jid.resource(entry.nick); content = entry.content };
				size = size + #entry.content;
			end
		end
		flush();
	end

	local function send_parts(_, room_jid)
		local room = store.live[room_jid] and store.room(room_jid);
		if not room then return; end
		local found = waiting(room);
		local lists = found.parts or {};
		found.parts = nil;
		for nick, list in pairs(lists) do
			local recipient = store.occupant(room, nick);
			if recipient then
				-- A message of its own for each: outgoing filters change stanzas in place.
				pack(room, list, function (from, text) room:route_to_occupant(recipient, message(from, text)); end);
			end
		end
	end

	local function send_beacons(_, room_jid)
		local room = store.live[room_jid] and store.room(room_jid);
		if not room then return; end
		local found = waiting(room);
		local list = found.beacons or {};
		found.beacons = nil;
		pack(room, list, function (from, text) announce.spread(room, message(from, text)); end);
	end

	-- Nothing waits any longer.
	function relay.flush(room)
		send_parts(nil, room.jid);
		send_beacons(nil, room.jid);
	end

	-- One part of a key message of the occupant `sender` for the occupant `recipient` (in-room JIDs).
	function relay.part(room, sender, recipient, content)
		local found = waiting(room);
		if not found.parts then
			found.parts = {};
			module:add_timer(parts_delay, send_parts, room.jid);
		end
		local list = found.parts[recipient];
		if not list then
			list = {};
			found.parts[recipient] = list;
		end
		list[#list + 1] = { nick = sender; content = content };
	end

	-- A beacon for everybody. Of one sender the last counts.
	function relay.beacon(room, sender, content)
		relay.overtaken(room, sender);
		local found = waiting(room);
		if not found.beacons then
			found.beacons = {};
			module:add_timer(beacons_delay, send_beacons, room.jid);
		end
		found.beacons[#found.beacons + 1] = { nick = sender; content = content };
	end

	-- A later beacon of this sender goes out, or has come: the one that waits would be refused as old.
	function relay.overtaken(room, sender)
		local list = waiting(room).beacons;
		for at, entry in ipairs(list or {}) do
			if entry.nick == sender then
				table.remove(list, at);
				break;
			end
		end
	end

	return relay;
end
