-- Stands in for Jitsi's room metadata component: <room_metadata room="…">{"key","data"}</room_metadata> to this host.

local json = require "util.json";
local muc_host = "conference." .. module.host:match("^[^.]+%.(.+)$");

module:hook("message/host", function (event)
	local child = event.stanza:get_child("room_metadata", "http://jitsi.org/jitmeet");
	if not child then return; end
	local room = prosody.hosts[muc_host].modules.muc.get_room_from_jid(child.attr.room);
	local data = json.decode(child:get_text());
	local allowed = module:context("meet.localhost"):fire_event("jitsi-metadata-allow-moderation", {
		room = room; actor = room:get_occupant_by_real_jid(event.stanza.attr.from); key = data.key; data = data.data; session = event.origin;
	});
	if allowed == false then return false; end
	room.jitsiMetadata = room.jitsiMetadata or {};
	room.jitsiMetadata[data.key] = data.data;
	module:log("info", "metadata of %s: %s", room.jid, json.encode(room.jitsiMetadata));
	return true;
end);

module:hook_global("server-started", function ()
	module:context(muc_host):hook("room-metadata-changed", function (event)
		module:log("info", "metadata of %s changed to %s", event.room.jid, json.encode(event.room.jitsiMetadata));
	end);
end);
