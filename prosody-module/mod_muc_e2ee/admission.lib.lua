-- Who may come into a sealed room, and what an occupant may not change while in it.

local st = require "util.stanza";

local names = module:require "names";
local words = module:require "words";
local bundle = module:require "bundle";

-- Below muc_meeting_id (8) and muc_rate_limit (9), which replay a join later, so that each join is judged once,
-- when it really happens; above everything that lets somebody in.
local priority = 6;

return function (store, seal, metrics)
	-- First what a person reads, then what software reads (cancel/not-allowed ends lib-jitsi-meet's attempts).
	local function refuse_join(event, why)
		local room, stanza = event.room, event.stanza;
		local text = words.refusal[why];
		module:log("info", "%s: refused %s (%s)", room.jid, stanza.attr.from, why);
		metrics.refused("join-" .. why);
		seal.farewell(room, stanza.attr.to, stanza.attr.from, text);
		event.origin.send(st.error_reply(stanza, "cancel", "not-allowed", text, room.jid)
			:tag("e2ee-required", { xmlns = names.namespace }):up());
		return true;
	end

	local function unfit(presence)
		local from = presence.attr.from;
		if store.is_exempt(from) then return nil; end
		if bundle.is_gateway(presence, from, store.config.gateway_prefixes, store.config.gateway_hosts) then return "gateway"; end
		local text, why = bundle.read(presence);
		return not text and why or nil;
	end

	local function check_join(event)
		local room = event.room;
		if store.is_skipped(room) or not store.state(room).sealed then return; end
		local why = unfit(event.stanza);
		-- Two sessions under one nick would be one occupant with two bundles.
		if not why and event.is_first_session == false and not store.is_exempt(event.stanza.attr.from) then
			why = "second-session";
		end
		if why then return refuse_join(event, why); end
	end

	-- Before mod_muc remembers the room (-1000): a refused creator leaves no empty room and no owner behind.
	module:hook("muc-room-pre-create", check_join, -500);
	module:hook("muc-occupant-pre-join", check_join, priority);

	module:hook("muc-occupant-pre-change", function (event)
		local room, stanza = event.room, event.stanza;
		if store.is_skipped(room) or not store.state(room).sealed or store.is_exempt(stanza.attr.from) then return; end
		if event.dest_occupant.nick ~= event.orig_occupant.nick then
			metrics.refused("nick-change");
			event.origin.send(st.error_reply(stanza, "cancel", "not-acceptable", words.refusal["nick-change"], room.jid));
			return true;
		end
		local why = unfit(stanza);
		if not why then return; end
		-- Who was unfit when the room was sealed has its ten seconds; who was fit has thrown its keys away.
		if store.unfit(event.orig_occupant) then return; end
		metrics.refused("change-" .. why);
		event.origin.send(st.error_reply(stanza, "modify", "not-acceptable", words.removal[why], room.jid)
			:tag("e2ee-required", { xmlns = names.namespace }):up());
		seal.remove(room, event.orig_occupant.nick, why);
		return true;
	end, priority);
end
