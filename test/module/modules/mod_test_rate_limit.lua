-- Stands in for Jitsi's muc_rate_limit: at most some joins a second, the rest replayed later; a leave beyond the limit
-- takes the occupant out of the room at once, while its presence and muc-occupant-left come later.

local throttle = require "util.throttle";

local joins, leaves, replaying = {}, {}, false;

local function limit(limits, room, per_second)
	limits[room.jid] = limits[room.jid] or throttle.create(per_second, 1);
	return limits[room.jid]:poll(1);
end

module:hook("muc-occupant-pre-join", function (event)
	local room, origin, stanza = event.room, event.origin, event.stanza;
	if replaying or not room.jid:match("^limited") or limit(joins, room, 3) then return; end
	local function try()
		if not limit(joins, room, 3) then return 0.1; end
		replaying = true;
		room:handle_normal_presence(origin, stanza);
		replaying = false;
	end
	module:add_timer(0.2, try);
	return true;
end, 9);

module:hook("muc-occupant-pre-leave", function (event)
	local room, occupant = event.room, event.occupant;
	if not room.jid:match("^limited") or limit(leaves, room, 2) then return; end
	occupant.role = nil;
	room:save_occupant(occupant);
	module:add_timer(0.5, function ()
		local x = require "util.stanza".stanza("x", { xmlns = "http://jabber.org/protocol/muc#user" });
		room:publicise_occupant_status(occupant, x);
		module:fire_event("muc-occupant-left", { room = room; nick = occupant.nick; occupant = occupant });
	end);
	return true;
end, 9);
