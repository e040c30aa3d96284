-- Messages to a room and inside it: nothing clear in a sealed room, and of a key message each occupant its own part.

local st = require "util.stanza";
local jid = require "util.jid";
local json = require "util.json";
local throttle = require "util.throttle";
local monotonic = require "util.time".monotonic;

local names = module:require "names";
local words = module:require "words";
local clear = module:require "clear";
local parts = module:require "parts";

local muc_user_namespace = "http://jabber.org/protocol/muc#user";

-- What a message to one occupant counts, where one to all counts 1. Whoever has something to send makes a channel with
-- each of the others as soon as it comes, with two messages each.
local private_share = 1 / 8;

-- Before muc_meeting_id (0) decodes, and before visitors (muc-occupant-groupchat 55) forwards to other servers.
local guard_priority, fanout_priority = 10, 56;

return function (store, relay, metrics)
	local config = store.config;
	local read = setmetatable({}, { __mode = "k" }); -- stanza → what weigh() and decode() found

	-- util.json takes the keys __hash and __array for its own and lets them replace others; a browser does not.
	local function reads_differently(text)
		return text:find("\"__", 1, true) or text:lower():find("\\u005f", 1, true);
	end

	-- A part has four of these at most, so that a bound on the parts bounds what the decoder may be made to build.
	local function has_too_many_values(text)
		local left = config.limits.parts * 4 + 64;
		for _ in text:gmatch("[,:%[{]") do
			left = left - 1;
			if left < 0 then return true; end
		end
		return false;
	end

	-- What of a message may be Sealmeet's, judged before anything is decoded: { text, bytes, problem, detail, fault }.
	local function weigh(stanza)
		local known = read[stanza];
		if known then return known; end
		known = { bytes = 0 };
		read[stanza] = known;
		for _, child in ipairs(stanza.tags) do
			local text = clear.is_json_message(child) and child:get_text();
			-- The word may be spelled in escapes.
			if text and (text:find("\"sealmeet\"", 1, true) or text:find("\\u", 1, true)) then
				known.bytes = known.bytes + #text;
				if known.bytes > config.max_message_size then
					known.problem, known.detail = "too-large", config.max_message_size;
				elseif known.text then
					known.fault = "expected one json-message";
				elseif has_too_many_values(text) then
					known.problem, known.detail = "too-many-parts", config.limits.parts;
				end
				known.text = text;
				if known.problem then break; end
			end
		end
		return known;
	end

	-- Sealmeet's payload of a message, decoded once; nil when it has none. Second: nil, or that it cannot be read.
	local function decode(stanza)
		local known = weigh(stanza);
		if not known.text or known.problem or known.fault or known.is_decoded then return known.payload, known.fault; end
		known.is_decoded = true;
		-- Protected: deep nesting overflows the decoder's stack.
		local ok, payload = pcall(json.decode, known.text);
		if ok and type(payload) == "table" and payload ~= json.null then
			if payload.type == names.message_type then
				if reads_differently(known.text) then known.fault = "a name begins with __"; else known.payload = payload; end
			end
		elseif known.text:find("\"sealmeet\"", 1, true) then
			known.fault = "expected JSON";
		end
		return known.payload, known.fault;
	end

	local function refuse(event, room, error_type, condition, name, detail)
		metrics.refused("message-" .. name);
		local text = words.message[name];
		if detail then text = text:format(detail); end
		event.origin.send(st.error_reply(event.stanza, error_type, condition, text, room.jid));
		return true;
	end

	local function new_message_limit()
		return throttle.create(config.message_burst, config.message_burst / config.message_rate);
	end
	local function new_byte_limit()
		return throttle.create(config.byte_burst, config.byte_burst / config.byte_rate);
	end

	-- Refuses what exceeds the sender's share, and stops reading from it until it has earned the next message:
	-- the excess then waits in its own connection, not in this process.
	local function over_limit(event, room, bytes)
		local from = event.stanza.attr.from;
		local messages_left = store.limit(room, from, "messages", new_message_limit);
		local bytes_left = store.limit(room, from, "bytes", new_byte_limit);
		-- A message larger than the burst would never pass.
		local cost = math.min(bytes, config.byte_burst);
		local share = event.stanza.attr.type == "groupchat" and 1 or private_share;
		if messages_left:peek(share) and bytes_left:peek(cost) then
			messages_left:poll(share);
			bytes_left:poll(cost);
			return false;
		end
		local conn = event.origin.conn;
		if conn and conn.pausefor then
			conn:pausefor(1);
			metrics.paused();
		end
		refuse(event, room, "wait", "resource-constraint", "too-often");
		return true;
	end

	local function sender_may_pass(room, stanza)
		return store.is_exempt(stanza.attr.from) or store.is_skipped(room);
	end

	local function guard(event, room)
		local stanza = event.stanza;
		local weight = weigh(stanza);
		if weight.problem then
			return refuse(event, room, "modify", "policy-violation", weight.problem, weight.detail);
		end
		-- Before it is decoded, which is what costs.
		if weight.text and over_limit(event, room, weight.bytes) then return true; end
		local payload, fault = decode(stanza);
		if store.state(room).sealed then
			local kind = clear.kind(stanza, payload);
			if kind then
				metrics.clear(kind);
				return refuse(event, room, "modify", "policy-violation", "clear");
			end
		end
		if fault then return refuse(event, room, "modify", "bad-request", "malformed", fault); end
		if not payload then return; end
		if payload.room ~= nil or payload.relay ~= nil then
			return refuse(event, room, "modify", "bad-request", "malformed", "room and relay are what only the server says");
		end
		if (payload.olm == nil or stanza.attr.type ~= "groupchat") and weight.bytes > config.max_plain_size then
			return refuse(event, room, "modify", "policy-violation", "too-large", config.max_plain_size);
		end
	end

	-- XEP-0045 §7.8: an invitation, or its declining, is passed on with all that is in the message, and in the name of
	-- the room. It goes to whom its sender likes: out of the room, but also to an occupant, and strangers may decline.
	local function guard_invitation(event, room)
		local rest = st.clone(event.stanza):remove_children("x", muc_user_namespace);
		for _, child in ipairs(rest.tags) do
			if child.name == "json-message" then
				return refuse(event, room, "modify", "policy-violation", "invitation");
			end
		end
		local kind = store.state(room).sealed and clear.kind(rest, nil);
		if kind then
			metrics.clear(kind);
			return refuse(event, room, "modify", "policy-violation", "clear");
		end
	end

	local function guard_room(event)
		local stanza = event.stanza;
		if stanza.attr.type == "error" then return; end
		local room = store.room(jid.bare(stanza.attr.to));
		if not room or sender_may_pass(room, stanza) then return; end
		local x = (stanza.attr.type == nil or stanza.attr.type == "normal") and stanza:get_child("x", muc_user_namespace);
		if x and #x.tags > 0 then return guard_invitation(event, room); end
		-- Strangers get mod_muc's own answer; visitors of other servers are judged here like anybody.
		if event.origin.type == "c2s" and not room:get_occupant_jid(stanza.attr.from) then return; end
		return guard(event, room);
	end
	module:hook("message/bare", guard_room, guard_priority);

	local function guard_occupant(event)
		local stanza = event.stanza;
		local room = store.room(jid.bare(stanza.attr.to));
		if not room or sender_may_pass(room, stanza) or not room:get_occupant_jid(stanza.attr.from) then return; end
		if stanza.attr.type == "error" then
			-- mod_muc hands an error on to the occupant, content and all, unless it removes the sender for it;
			-- an error must not be answered.
			if store.state(room).sealed and not stanza:get_child("error") then
				metrics.clear("error");
				return true;
			end
			local copied = store.state(room).sealed and st.clone(stanza):remove_children("error");
			if copied and clear.kind(copied, (decode(copied))) then
				metrics.clear("error");
				return true;
			end
			return;
		end
		if guard(event, room) then return true; end
		relay.precede(room, room:get_occupant_jid(stanza.attr.from), stanza.attr.to);
	end
	module:hook("message/full", guard_occupant, guard_priority);

	local function fan_out(event)
		local room, stanza, sender = event.room, event.stanza, event.occupant;
		local payload = decode(stanza);
		if not payload or payload.olm == nil or store.is_skipped(room) then return; end
		-- mod_muc refuses at 50 who may not speak.
		if not sender or sender.role == nil or sender.role == "visitor" then return; end
		local started = monotonic();
		local list, name, detail = parts.read(payload, config.limits);
		if not list then
			return refuse(event, room, "modify", name == "malformed" and "bad-request" or "policy-violation", name, detail);
		end
		local delivered, sent_bytes = 0, 0;
		for _, part in ipairs(list) do
			local nick = room.jid .. "/" .. part.id;
			local recipient = nick ~= sender.nick and store.occupant(room, nick);
			-- An exempt occupant gets no keys, whatever a client was made to believe.
			if recipient and not store.is_exempt(recipient.bare_jid) then
				relay.part(room, sender.nick, nick, parts.content_for(part));
				delivered, sent_bytes = delivered + 1, sent_bytes + #part.text;
			end
		end
		metrics.fanned_out(weigh(stanza).bytes, delivered, #list - delivered, sent_bytes, monotonic() - started);
		return true;
	end
	module:hook("muc-occupant-groupchat", fan_out, fanout_priority);

	-- The beacons of a large room are most of what is sent in it; those that can wait go out together.
	local function gather(event)
		local room, sender = event.room, event.occupant;
		local payload = decode(event.stanza);
		if not payload or type(payload.beacon) ~= "string" or store.is_skipped(room) then return; end
		if not sender or sender.role == nil or sender.role == "visitor" then return; end
		local content = parts.beacon(payload);
		if content then
			relay.beacon(room, sender.nick, content);
			return true;
		end
		relay.overtaken(room, sender.nick);
	end
	module:hook("muc-occupant-groupchat", gather, fanout_priority);

	-- Neither history nor an archive (mod_muc_mam asks the same) keeps what is sealed.
	module:hook("muc-message-is-historic", function (event)
		if decode(event.stanza) or store.state(event.room).sealed then return false, "sealed"; end
	end, 10);
end
