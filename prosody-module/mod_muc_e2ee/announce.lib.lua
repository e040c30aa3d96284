-- Tells occupants what the room's state is: at once when it changes, coalesced after joins and leaves,
-- and to each newcomer. Nothing in a client depends on it (protocol rule M15).

local st = require "util.stanza";
local jid = require "util.jid";
local monotonic = require "util.time".monotonic;

local names = module:require "names";
local roster = module:require "roster";

local first_delay = 0.2; -- seconds after a change of membership
local least_interval = 1; -- seconds between two announcements of membership in one room

return function (store)
	local announce = {};

	-- Digest and number of who is in the room. Occupants that are exempt hold no keys and are not part of the roster.
	function announce.roster(room)
		local entries = {};
		for nick, occupant in store.occupants(room) do
			if not store.is_exempt(occupant.bare_jid) then
				local presence = occupant:get_presence();
				entries[#entries + 1] = roster.entry(jid.resource(nick), presence and store.bundle_hash(presence));
			end
		end
		return roster.digest(entries), #entries;
	end

	local function build(room)
		local digest, count = announce.roster(room);
		local text = roster.announcement(store.state(room), digest, count, store.passing(room).round);
		return st.message({ type = "groupchat"; from = room.jid })
			:tag("json-message", { xmlns = names.json_message_namespace }):text(text):up();
	end

	function announce.to(room, real_jid)
		local stanza = build(room);
		stanza.attr.to = real_jid;
		room:route_stanza(stanza);
	end

	-- One stanza to everybody in the room.
	function announce.spread(room, stanza)
		local attr = stanza.attr;
		local from = attr.from;
		for _, occupant in store.occupants(room) do
			for real_jid in occupant:each_session() do
				-- Outgoing filters (mod_muc_domain_mapper) rewrite `from` in place.
				attr.to, attr.from = real_jid, from;
				room:route_stanza(stanza);
			end
		end
	end

	function announce.now(room)
		local passing = store.passing(room);
		passing.announced, passing.changed = monotonic(), false;
		announce.spread(room, build(room));
	end

	local function due(_, room_jid)
		local passing = store.live[room_jid];
		if not passing then return; end
		passing.timer = nil;
		local room = store.room(room_jid);
		if room and passing.changed then announce.now(room); end
	end

	-- The membership changed: one announcement for all changes until it goes out.
	function announce.soon(room)
		local passing = store.passing(room);
		passing.changed = true;
		if passing.timer then return; end
		local now = monotonic();
		local at = math.max(now + first_delay, (passing.announced or 0) + least_interval);
		passing.timer = module:add_timer(at - now, due, room.jid);
	end

	return announce;
end
