-- Writes who joined and left which room, with the time to below a millisecond, as JSON lines to the file
-- `stack_events_file`. A leave is written as the leaver's unavailable presence is handed out, so that tests can
-- measure from that moment.
local json = require "util.json";
local jid = require "util.jid";
local time = require "util.time";

local path = module:get_option_string("stack_events_file");
local file;
if path then
	local err;
	file, err = io.open(path, "a");
	if not file then
		error("stack_events_file cannot be written: " .. tostring(err));
	end
	file:setvbuf("line");
else
	error("stack_events_file is not set");
end

-- util.json keeps 14 digits of a number, which is too few for microseconds since the epoch.
local line = '{"time":%.3f,"event":"%s","room":%s,"occupant":%s}\n';

local function write(event, room, nick)
	file:write(line:format(time.now() * 1000, event, json.encode(room.jid), json.encode(jid.resource(nick))));
end

module:hook("muc-occupant-joined", function (event)
	write("joined", event.room, event.nick);
end, 1000);

-- Fires once for each presence that is about to be sent to a room's occupants; an occupant that leaves has the
-- type unavailable and, unless it only takes another nick, no nick to go to.
module:hook("muc-broadcast-presence", function (event)
	if event.stanza.attr.type == "unavailable" and not event.nick then
		write("left", event.room, event.occupant.nick);
	end
end, -1000);

function module.unload()
	file:close();
end
