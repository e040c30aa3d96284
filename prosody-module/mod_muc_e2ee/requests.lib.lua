-- The owner's requests and everybody's questions: IQs to the bare JID of the room. README.md has them one by one.

local st = require "util.stanza";
local jid = require "util.jid";
local throttle = require "util.throttle";
local new_id = require "util.id".short;

local names = module:require "names";
local words = module:require "words";
local policy = module:require "policy";
local consent = module:require "consent";
local bundle = module:require "bundle";

local request_burst, request_period = 10, 10; -- of `set` and of `get` each, per occupant session

local function new_request_limit() return throttle.create(request_burst, request_period); end

return function (store, announce, seal, metrics)
	local function refuse(event, error_type, condition, name)
		metrics.refused(name);
		event.origin.send(st.error_reply(event.stanza, error_type, condition, words.request[name]));
		return true;
	end

	local function done(event)
		event.origin.send(st.reply(event.stanza));
		return true;
	end

	-- Wraps a handler with what all requests have in common: the room is there, and who asks is in it.
	local function for_occupants(handler)
		return function (event)
			local stanza = event.stanza;
			local room = store.room(jid.bare(stanza.attr.to));
			if not room then
				event.origin.send(st.error_reply(stanza, "cancel", "item-not-found"));
				return true;
			end
			local occupant = room:get_occupant_by_real_jid(stanza.attr.from);
			if not occupant then return refuse(event, "cancel", "not-acceptable", "not-occupant"); end
			local limit = store.limit(room, stanza.attr.from, "requests " .. stanza.attr.type, new_request_limit);
			if not limit:poll(1) then return refuse(event, "wait", "resource-constraint", "too-often"); end
			return handler(event, room, occupant, store.state(room));
		end
	end

	local function is_owner(room, event)
		return room:get_affiliation(event.stanza.attr.from) == "owner";
	end

	local function holds_sealed(room)
		for _, occupant in store.occupants(room) do
			local presence = occupant:get_presence();
			if presence and bundle.holds_sealed(presence) then return true; end
		end
		return false;
	end

	local function handle_seal(event, room, occupant, state)
		if not is_owner(room, event) then return refuse(event, "auth", "forbidden", "not-owner"); end
		if state.policy == "off" then return refuse(event, "cancel", "not-allowed", "policy-off"); end
		if store.unfit(occupant) then return refuse(event, "cancel", "not-acceptable", "incapable"); end
		if not state.sealed then
			if state.unsealed_by == nil and holds_sealed(room) then
				module:log("warn", "%s: had forgotten that this room is sealed (restarted?); taking it back from %s",
					room.jid, jid.resource(occupant.nick));
			end
			seal.seal(room, jid.resource(occupant.nick), event.stanza.attr.from);
		end
		return done(event);
	end

	-- Ends an open round as its state says.
	local function conclude(room)
		local passing = store.passing(room);
		local round = passing.round;
		if not round or round.state == "open" then return; end
		module:log("info", "%s: asked whether to unseal: %s (%d of %d agreed)", room.jid, round.state, round.agreed, round.asked);
		metrics.consent(round.state);
		if round.state == "agreed" then
			seal.unseal(room, round.by);
		else
			passing.cooling = os.time() + store.config.consent_period;
			announce.now(room);
		end
		passing.round = nil;
	end

	local function due(_, room_jid, id)
		local passing = store.live[room_jid];
		local round = passing and passing.round;
		local room = round and round.id == id and store.room(room_jid);
		if not room then return; end
		round:tick(os.time());
		conclude(room);
	end

	local function handle_unseal(event, room, occupant, state)
		if not is_owner(room, event) then return refuse(event, "auth", "forbidden", "not-owner"); end
		if not state.sealed then return done(event); end
		if state.policy == "required" then return refuse(event, "cancel", "not-allowed", "policy-required"); end
		local parent = store.parent(room);
		if parent and store.state(parent).sealed then return refuse(event, "cancel", "not-allowed", "parent-sealed"); end
		local passing = store.passing(room);
		local id = jid.resource(occupant.nick);
		if state.by_jid == event.stanza.attr.from then
			if passing.round then passing.round.state = "withdrawn"; end
			seal.unseal(room, id);
			passing.round = nil;
			return done(event);
		end
		if passing.round then return refuse(event, "wait", "conflict", "round-open"); end
		if passing.cooling and passing.cooling > os.time() then
			return refuse(event, "wait", "resource-constraint", "round-cooling");
		end
		local period = store.config.consent_period;
		local round = consent.open(new_id(), id, occupant.nick, store.capable(room), os.time(), period);
		passing.round = round;
		if consent.settle(round) == "agreed" then
			conclude(room);
			return done(event);
		end
		module:add_timer(period, due, room.jid, round.id);
		announce.now(room);
		event.origin.send(st.reply(event.stanza)
			:tag("pending", { xmlns = names.namespace; id = round.id;
				["until"] = ("%d"):format(round.deadline); asked = ("%d"):format(round.asked) }));
		return true;
	end

	local function handle_consent(event, room, occupant)
		local answer = event.stanza.tags[1].attr.answer;
		local round = store.passing(room).round;
		if not round or round.id ~= event.stanza.tags[1].attr.id then
			return refuse(event, "cancel", "item-not-found", "round-unknown");
		end
		if answer ~= "agree" and answer ~= "refuse" then
			return refuse(event, "modify", "bad-request", "round-answer");
		end
		local before = round.agreed;
		if not round:answer(occupant.nick, answer == "agree") then
			return refuse(event, "auth", "forbidden", "round-not-asked");
		end
		done(event);
		if round.state == "open" then
			if round.agreed ~= before then announce.soon(room); end
		else
			conclude(room);
		end
		return true;
	end

	local function handle_policy(event, room, occupant, state)
		if not is_owner(room, event) then return refuse(event, "auth", "forbidden", "not-owner-policy"); end
		local new = event.stanza.tags[1].attr.value;
		local refusal = policy.refuse_change(state, new);
		if refusal == "policy-unknown" then return refuse(event, "modify", "bad-request", refusal); end
		if refusal then return refuse(event, "cancel", "not-allowed", refusal); end
		local parent = store.parent(room);
		if parent and policy.strength[new] < policy.strength[store.state(parent).policy] then
			return refuse(event, "cancel", "not-allowed", "parent-sealed");
		end
		if new == "required" and store.unfit(occupant) then
			return refuse(event, "cancel", "not-acceptable", "incapable");
		end
		if new ~= state.policy then
			module:log("info", "%s: policy %s instead of %s, set by %s", room.jid, new, state.policy, jid.resource(occupant.nick));
			state.policy, state.origin = new, "owner " .. jid.resource(occupant.nick);
			if new == "required" and not state.sealed then
				seal.seal(room, jid.resource(occupant.nick), event.stanza.attr.from);
			else
				announce.now(room);
			end
		end
		return done(event);
	end

	local function handle_state(event, room, _, state)
		local digest, count = announce.roster(room);
		event.origin.send(st.reply(event.stanza):tag("state", {
			xmlns = names.namespace;
			policy = state.policy;
			pinned = state.pinned and "true" or nil;
			sealed = state.sealed and "true" or "false";
			by = state.by;
			since = state.since and ("%d"):format(state.since) or nil;
			["unsealed-by"] = not state.sealed and state.unsealed_by or nil;
			epoch = ("%d"):format(state.epoch);
			digest = digest;
			occupants = ("%d"):format(count);
		}));
		return true;
	end

	local function hook(iq_type, name, handler)
		module:hook(("iq-%s/bare/%s:%s"):format(iq_type, names.namespace, name), for_occupants(handler));
	end
	hook("set", "seal", handle_seal);
	hook("set", "unseal", handle_unseal);
	hook("set", "consent", handle_consent);
	hook("set", "policy", handle_policy);
	hook("get", "state", handle_state);

	-- A round follows the membership: who comes is asked too, who goes no longer is.
	return {
		joined = function (room, occupant)
			local round = store.passing(room).round;
			if round and not store.is_exempt(occupant.bare_jid) and not store.unfit(occupant) then round:joined(occupant.nick); end
		end;
		-- presence: the new one, which says whether its sender can be asked.
		changed = function (room, occupant, presence)
			local round = store.passing(room).round;
			if round and not store.is_exempt(occupant.bare_jid) and store.bundle_hash(presence) then
				round:changed(occupant.nick);
				conclude(room);
			end
		end;
		left = function (room, nick)
			local round = store.passing(room).round;
			if round then
				round:left(nick);
				conclude(room);
			end
		end;
	};
end
