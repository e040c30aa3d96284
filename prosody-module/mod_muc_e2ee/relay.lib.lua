-- Hands on in one message what several occupants send at nearly the same moment: after a leave everybody hears from
-- everybody, and it is the number of messages that costs, here and at each receiver. What one occupant sends another
-- in key messages and in private comes in its order.

local st = require "util.stanza";
local jid = require "util.jid";
local monotonic = require "util.time".monotonic;

local names = module:require "names";
local parts = module:require "parts";

local parts_delay = 0.015; -- seconds; far below the 0.1 after which a new key is used
local parts_rest = 0.01; -- seconds, times the square root of how many recipients parts were handed to: so long the next
-- ones wait. Fewer goes cost less, in a large room much less; but who is late for one waits for the next.
local beacons_delay = 1; -- seconds; views are compared after more than five
local max_entries = 128; -- in one message; a client takes 256
local max_size = 65536; -- bytes of text, about
local max_id_length = 128; -- bytes; for a longer id a client would refuse the whole message, everybody's words in it

return function (store, announce)
	local relay = {};

	-- Of what waits in a room: { parts = in-room JID → list of { nick, content }, beacons = in-room JID → content,
	-- rested_at = when parts may go out again }.
	local function waiting(room)
		local passing = store.passing(room);
		local found = passing.relay;
		if not found then
			found = {};
			passing.relay = found;
		end
		return found;
	end

	-- What waits under this name no longer does, whether or not the room is there: its clock has ended.
	local function take(room_jid, name)
		local found = store.live[room_jid] and store.live[room_jid].relay;
		local taken = found and found[name];
		if not taken then return nil; end
		found[name] = nil;
		return store.room(room_jid), taken;
	end

	local function message(from, text)
		return st.message({ type = "groupchat"; from = from })
			:tag("json-message", { xmlns = names.json_message_namespace }):text(text):up();
	end

	-- Calls deliver(sender, text) for each message that this list becomes: one of its sender's own where it is alone,
	-- else the room's. Whoever has left meanwhile is left out: nobody could tell any more whose words these are.
	local function pack(room, list, deliver)
		local entries, size, alone = {}, 0, nil;
		local function flush()
			if #entries == 1 then
				deliver(alone.nick, parts.text(alone.content));
			elseif #entries > 1 then
				deliver(room.jid, parts.join(entries));
			end
			entries, size = {}, 0;
		end
		for _, entry in ipairs(list) do
			if store.occupant(room, entry.nick) then
				local id = jid.resource(entry.nick);
				if #id > max_id_length then
					flush();
					deliver(entry.nick, parts.text(entry.content));
				else
					local text = parts.entry(id, entry.content);
					if #entries == max_entries or size + #text > max_size then flush(); end
					entries[#entries + 1], size, alone = text, size + #text, entry;
				end
			end
		end
		flush();
	end

	local function hand_parts(room, nick, list)
		local recipient = store.occupant(room, nick);
		if not recipient then return; end
		-- A message of its own for each: outgoing filters change stanzas in place.
		pack(room, list, function (from, text) room:route_to_occupant(recipient, message(from, text)); end);
	end

	local function send_parts(_, room_jid)
		local room, lists = take(room_jid, "parts");
		if not room then return; end
		local recipients = 0;
		for nick, list in pairs(lists) do
			hand_parts(room, nick, list);
			recipients = recipients + 1;
		end
		waiting(room).rested_at = monotonic() + parts_rest * math.sqrt(recipients);
	end

	local function send_beacons(_, room_jid)
		local room, beacons = take(room_jid, "beacons");
		if not room then return; end
		local list = {};
		for nick, content in pairs(beacons) do list[#list + 1] = { nick = nick; content = content }; end
		pack(room, list, function (from, text) announce.spread(room, message(from, text)); end);
	end

	-- Nothing waits any longer, in any room.
	function relay.flush()
		for room_jid in pairs(store.live) do
			send_parts(nil, room_jid);
			send_beacons(nil, room_jid);
		end
	end

	-- One part of a key message of the occupant `sender` for the occupant `recipient` (in-room JIDs).
	function relay.part(room, sender, recipient, content)
		local found = waiting(room);
		if not found.parts then
			found.parts = {};
			module:add_timer(math.max(parts_delay, (found.rested_at or 0) - monotonic()), send_parts, room.jid);
		end
		local list = found.parts[recipient];
		if not list then
			list = {};
			found.parts[recipient] = list;
		end
		list[#list + 1] = { nick = sender; content = content };
	end

	-- A private message of this sender to this recipient passes: the parts before it go first.
	function relay.precede(room, sender, recipient)
		local lists = waiting(room).parts;
		local list = lists and lists[recipient];
		for _, entry in ipairs(list or {}) do
			if entry.nick == sender then
				lists[recipient] = nil;
				hand_parts(room, recipient, list);
				return;
			end
		end
	end

	-- A beacon for everybody. Of one sender the last counts.
	function relay.beacon(room, sender, content)
		local found = waiting(room);
		if not found.beacons then
			found.beacons = {};
			module:add_timer(beacons_delay, send_beacons, room.jid);
		end
		found.beacons[sender] = content;
	end

	-- A later beacon of this sender goes out: the one that waits would be refused as old.
	function relay.overtaken(room, sender)
		local beacons = waiting(room).beacons;
		if beacons then beacons[sender] = nil; end
	end

	-- This occupant is gone, or is another from now on: who comes under its nick neither says nor gets what waits.
	function relay.forget(room, nick)
		relay.overtaken(room, nick);
		local lists = waiting(room).parts;
		if not lists then return; end
		lists[nick] = nil;
		for _, list in pairs(lists) do
			for at = #list, 1, -1 do
				if list[at].nick == nick then table.remove(list, at); end
			end
		end
	end

	return relay;
end
