-- Stands in for Jitsi's muc_meeting_id: joins wait until the focus is there and are then replayed with the same
-- stanza; a body-less groupchat whose json-message is no JSON is dropped without a word.

local json = require "util.json";

local queues = {};

module:hook("muc-occupant-pre-join", function (event)
	local room, stanza = event.room, event.stanza;
	if stanza.attr.to:match("/focus$") then
		room.test_unlocked = true;
		module:add_timer(0.1, function ()
			for _, queued in ipairs(queues[room.jid] or {}) do room:handle_normal_presence(queued.origin, queued.stanza); end
			queues[room.jid] = nil;
		end);
		return;
	end
	if room.test_unlocked or not room.jid:match("^waiting") then return; end
	queues[room.jid] = queues[room.jid] or {};
	table.insert(queues[room.jid], event);
	return true;
end, 8);

module:hook("message/bare", function (event)
	local stanza = event.stanza;
	if stanza.attr.type ~= "groupchat" or stanza:get_child("body") then return; end
	local text = stanza:get_child_text("json-message", "http://jitsi.org/jitmeet");
	if text and not json.decode(text) then return true; end
end);
