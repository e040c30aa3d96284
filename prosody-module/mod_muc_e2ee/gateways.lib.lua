-- What needs plaintext at a server is refused in a sealed room, by every way to start it that does not join the room:
-- requests through the focus, room metadata, visitor servers, and components that get polls and files in clear.
-- Metadata is also where Jitsi Meet leaves the key of a whiteboard, so that whoever comes later finds it.

local st = require "util.stanza";
local jid = require "util.jid";
local json = require "util.json";

local names = module:require "names";
local words = module:require "words";

local priority = 10; -- above Jitsi's own handlers (0 and below)

-- Does this metadata value switch anything on? {"isTranscribingEnabled":false} does not.
local function switches_on(data)
	if type(data) == "table" and data ~= json.null then
		for _, value in pairs(data) do
			if switches_on(value) then return true; end
		end
		return false;
	end
	return data ~= nil and data ~= json.null and data ~= false and data ~= "" and data ~= 0;
end

-- Returns the value with everything switched off, or the same value when nothing was on.
local function switched_off(data)
	if not switches_on(data) then return data; end
	if type(data) ~= "table" then return nil; end
	local off = {};
	for key, value in pairs(data) do
		if value == true then off[key] = false; else off[key] = switched_off(value); end
	end
	return off;
end

return function (store, metrics)
	local config = store.config;

	local function is_sealed(room)
		return room and not store.is_skipped(room) and store.state(room).sealed;
	end

	-- Recording and streaming: <jibri action="start"/>; dial-out and transcription by Jigasi: <dial/> (XEP-0327).
	module:hook("iq/full", function (event)
		local stanza = event.stanza;
		if stanza.attr.type ~= "set" or store.is_exempt(stanza.attr.from) then return; end
		local jibri = stanza:get_child("jibri", "http://jitsi.org/protocol/jibri");
		local starts = jibri and jibri.attr.action ~= "stop" and jibri.attr.action ~= "status";
		if not starts and not stanza:get_child("dial", "urn:xmpp:rayo:1") then return; end
		local room = store.room(jid.bare(stanza.attr.to));
		if not is_sealed(room) or not room:get_occupant_jid(stanza.attr.from) then return; end
		module:log("info", "%s: refused %s to start a gateway", room.jid, stanza.attr.from);
		metrics.refused("gateway-request");
		event.origin.send(st.error_reply(stanza, "cancel", "not-allowed", words.message.gateway, room.jid));
		return true;
	end, priority);

	-- What a key of the metadata is refused as; nil when it passes.
	local function metadata_kind(key)
		key = tostring(key):lower();
		return config.gateway_metadata[key] and "gateway" or config.clear_metadata[key] and "clear" or nil;
	end

	-- mod_room_metadata_component asks; metadata may start transcription or an export on the bridge, with no occupant.
	local function refuse_metadata(event)
		local room = event.room;
		if not room or jid.host(room.jid) ~= module.host or not is_sealed(room) then return; end
		local kind = metadata_kind(event.key);
		if not kind or not switches_on(event.data) then return; end
		module:log("info", "%s: refused metadata %s", room.jid, event.key);
		metrics.refused(kind .. "-metadata");
		if event.actor then
			-- The asking module answers with an error of its own that says nothing; this one is shown.
			room:route_stanza(st.message({ type = "error"; from = room.jid; to = event.actor.jid })
				:tag("error", { type = "cancel" })
					:tag("not-allowed", { xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas" }):up()
					:text_tag("text", words.message[kind == "clear" and "clear-metadata" or "gateway"],
						{ xmlns = "urn:ietf:params:xml:ns:xmpp-stanzas" })
				:up());
		end
		return false;
	end

	-- A visitor server would be sent everything that is broadcast.
	local function refuse_visitors(event)
		if event.room and jid.host(event.room.jid) == module.host and is_sealed(event.room) then
			module:log("info", "%s: refused to connect visitors of %s", event.room.jid, tostring(event.vnode));
			metrics.refused("visitors");
			return true;
		end
	end

	-- Polls and files travel as clear messages to a component, and by one of those anybody starts a translation on the
	-- bridge; which room is meant shows by who sends.
	local function refuse_component(event)
		local stanza = event.stanza;
		if stanza.attr.type == "error" then return; end
		local muc = store.muc();
		for room in muc.live_rooms() do
			if is_sealed(room) and room:get_occupant_jid(stanza.attr.from) then
				local is_translation = stanza:get_child("audio-translation", names.json_message_namespace);
				metrics.refused(is_translation and "gateway-translation" or "clear-component");
				event.origin.send(st.error_reply(stanza, "modify", "policy-violation",
					is_translation and words.message.gateway or words.message["clear-component"], room.jid));
				return true;
			end
		end
	end

	-- mod_audio_translation_component asks before it hands what was wanted to Jicofo.
	module:hook("jitsi-audio-translation-allow-publish", function (event)
		if is_sealed(event.room) then return false; end
	end, priority);

	-- Hosts may be activated after this module is loaded, and again later with another table of events.
	local attached = {};
	local function attach(host)
		local session = prosody.hosts[host];
		if not session or attached[host] == session.events then return; end
		local context = module:context(host);
		if host == config.base then
			attached[host] = session.events;
			context:hook("jitsi-metadata-allow-moderation", refuse_metadata, priority);
			context:hook("jitsi-connect-vnode", refuse_visitors, priority);
		end
		for _, component in ipairs(config.clear_components) do
			if host == component then
				attached[host] = session.events;
				context:hook("message/host", refuse_component, priority);
				context:hook("message/bare", refuse_component, priority);
				context:hook("message/full", refuse_component, priority);
			end
		end
	end
	attach(config.base);
	for _, component in ipairs(config.clear_components) do attach(component); end
	module:hook_global("host-activated", attach);

	-- What is running when the room is sealed is switched off; Jicofo listens to the metadata.
	module:hook("sealmeet-room-sealed", function (event)
		local room = event.room;
		local metadata = type(room.jitsiMetadata) == "table" and room.jitsiMetadata or {};
		-- Translations are kept elsewhere, and added to what Jicofo alone is told.
		local changed = room._data.audioTranslationRequests ~= nil;
		room._data.audioTranslationRequests = nil;
		for key, value in pairs(metadata) do
			local kind = metadata_kind(key);
			if kind and switches_on(value) then
				metadata[key] = kind == "gateway" and switched_off(value) or nil;
				changed = true;
			end
		end
		if changed then
			module:log("info", "%s: switched off what cannot be sealed in the room's metadata, because the room was sealed", room.jid);
			module:fire_event("room-metadata-changed", { room = room });
		end
	end);
end
