-- Stands in for Jitsi's visitors: forwards whole groupchat stanzas at its priority, and asks before it connects another server.

module:hook("muc-occupant-groupchat", function (event)
	local text = event.stanza:get_child_text("json-message", "http://jitsi.org/jitmeet");
	module:log("info", "forwarded to visitors: %s", text or event.stanza:get_child_text("body"));
end, 55);

-- { room = JID } on the main host connects a visitor server and logs what came of it.
function connect(room_jid)
	local room = prosody.hosts[module.host].modules.muc.get_room_from_jid(room_jid);
	local refused = module:context("meet.localhost"):fire_event("jitsi-connect-vnode", { room = room; vnode = "v1" });
	return refused and "refused" or "connected";
end
