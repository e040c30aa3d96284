-- A component that takes every message, as Jitsi's polls component does: logs that it came.

module:hook("message/host", function (event)
	module:log("info", "took a message of %s", event.stanza.attr.from);
	return true;
end);
