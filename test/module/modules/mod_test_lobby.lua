-- Stands in for what Jitsi's muc_lobby_rooms does with the room configuration: whoever submits the form without
-- muc#roomconfig_membersonly=true closes the lobby. Also keeps those who are no members of "lobby-" rooms outside.

local st = require "util.stanza";

module:hook("muc-config-submitted", function (event)
	if not event.fields["muc#roomconfig_membersonly"] and event.room.jid:match("^lobby") then
		event.room.test_lobby_closed = true;
		module:log("info", "lobby of %s closed", event.room.jid);
	end
end);

module:hook("muc-occupant-pre-join", function (event)
	if event.room.jid:match("^lobby") and not event.room.test_lobby_closed and not event.room:get_affiliation(event.stanza.attr.from) then
		event.origin.send(st.error_reply(event.stanza, "auth", "registration-required", "Wait in the lobby", event.room.jid));
		return true;
	end
end, -4);
