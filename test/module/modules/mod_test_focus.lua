-- Says "ready" to every conference request, as Jicofo does before lib-jitsi-meet joins a room.

local st = require "util.stanza";

module:hook("iq-set/host/http://jitsi.org/protocol/focus:conference", function (event)
	local room = event.stanza.tags[1].attr.room;
	event.origin.send(st.reply(event.stanza):tag("conference", {
		xmlns = "http://jitsi.org/protocol/focus"; room = room; ready = "true"; focusjid = "focus@auth.meet.localhost";
	}));
	return true;
end);
