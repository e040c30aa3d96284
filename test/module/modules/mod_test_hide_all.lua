-- Stands in for Jitsi's muc_hide_all: strangers learn nothing of a room by disco#info. Hook and priority are Jitsi's.

local st = require "util.stanza";

module:hook("iq-get/bare/http://jabber.org/protocol/disco#info:query", function (event)
	local room = prosody.hosts[module.host].modules.muc.get_room_from_jid(event.stanza.attr.to);
	if room and not room:get_occupant_jid(event.stanza.attr.from) then
		event.origin.send(st.error_reply(event.stanza, "auth", "forbidden"));
		return true;
	end
end, 1);
