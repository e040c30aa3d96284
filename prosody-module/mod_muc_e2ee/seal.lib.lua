-- Sealing and unsealing a room, and removing who cannot stay in a sealed one.

local st = require "util.stanza";

local words = module:require "words";
local muc_user_namespace = "http://jabber.org/protocol/muc#user";

return function (store, announce, metrics)
	local seal = {};

	-- Unavailable presence with destroy and reason: the one thing whose text an unmodified Jitsi Meet shows
	-- (lib-jitsi-meet ChatRoom.onPresenceUnavailable); sent to this session alone.
	function seal.farewell(room, nick, real_jid, text)
		room:route_stanza(st.presence({ type = "unavailable"; from = nick; to = real_jid })
			:tag("x", { xmlns = muc_user_namespace })
				:tag("item", { affiliation = "none"; role = "none" }):up()
				:tag("destroy"):tag("reason"):text(text):up():up()
			:up());
	end

	function seal.remove(room, nick, why)
		local occupant = room:get_occupant_by_nick(nick);
		if not occupant then return; end
		local text = words.removal[why];
		module:log("info", "%s: removing %s (%s)", room.jid, occupant.jid, why);
		metrics.removed(why);
		for real_jid in occupant:each_session() do
			seal.farewell(room, nick, real_jid, text);
		end
		room:set_role(true, nick, nil, text);
	end

	-- Nicks first, then removal: removing changes what is iterated over.
	local function remove_unfit(_, room_jid)
		local room = store.room(room_jid);
		if not room or not store.state(room).sealed then return; end
		local unfit = {};
		for nick, occupant in store.occupants(room) do unfit[nick] = store.unfit(occupant); end
		for nick, why in pairs(unfit) do seal.remove(room, nick, why); end
	end

	-- Tells those who cannot take part, and removes them unless they can by then.
	function seal.sweep(room)
		local delay = store.config.removal_delay;
		local found = false;
		for _, occupant in store.occupants(room) do
			if store.unfit(occupant) then
				found = true;
				for real_jid in occupant:each_session() do
					room:route_stanza(st.message({ type = "groupchat"; from = room.jid; to = real_jid })
						:text_tag("body", words.warning:format(delay))
						:tag("no-store", { xmlns = "urn:xmpp:hints" }):up());
				end
			end
		end
		if found then module:add_timer(delay, remove_unfit, room.jid); end
	end

	-- by: occupant id and real JID of the session that asked, nil when a policy or the main room did.
	function seal.seal(room, by, by_jid)
		local state = store.state(room);
		if state.sealed then return; end
		state.sealed, state.by, state.by_jid, state.since, state.unsealed_by = true, by, by_jid, os.time(), nil;
		module:log("info", "%s: sealed by %s", room.jid, by or state.origin);
		announce.now(room);
		seal.sweep(room);
		module:fire_event("sealmeet-room-sealed", { room = room });
		-- Breakout rooms live on another component, with an instance of this module of their own.
		prosody.events.fire_event("sealmeet-main-room-sealed", { room = room; state = state });
	end

	function seal.unseal(room, by)
		local state = store.state(room);
		if not state.sealed then return; end
		state.sealed, state.by, state.by_jid, state.since, state.unsealed_by = false, nil, nil, os.time(), by;
		module:log("info", "%s: unsealed by %s", room.jid, by);
		announce.now(room);
	end

	return seal;
end
