-- Stands in for Jitsi's audio translation component: anybody in a room asks for translations, and after a while it asks
-- whether it may hand them to Jicofo, by the room's data.

local json = require "util.json";
local muc_host = "conference." .. module.host:match("^[^.]+%.(.+)$");

local function publish(_, room, wanted)
	local muc = module:context(muc_host);
	local allowed = muc:fire_event("jitsi-audio-translation-allow-publish", { room = room }) ~= false;
	room._data.audioTranslationRequests = allowed and wanted or nil;
	muc:fire_event("room-metadata-changed", { room = room });
end

module:hook("message/host", function (event)
	local child = event.stanza:get_child("audio-translation", "http://jitsi.org/jitmeet");
	if not child then return; end
	for room in prosody.hosts[muc_host].modules.muc.live_rooms() do
		if room:get_occupant_jid(event.stanza.attr.from) then
			module:add_timer(0.3, publish, room, json.decode(child:get_text()));
		end
	end
	return true;
end);

module:hook_global("server-started", function ()
	module:context(muc_host):hook("room-metadata-changed", function (event)
		local wanted = event.room._data.audioTranslationRequests;
		module:log("info", "translations of %s: %s", event.room.jid, wanted and json.encode(wanted) or "none");
	end);
end);
