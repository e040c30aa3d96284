-- What the module knows about each room: the lasting part in room._data, so that it survives reloads, eviction
-- and storage; the passing part (timers, limits, an open question) by room JID, because room objects are replaced.

local jid = require "util.jid";
local sha256 = require "util.hashes".sha256;

local config = module:require "config";
local policy = module:require "policy";
local bundle = module:require "bundle";

local live = {};
local bundles = setmetatable({}, { __mode = "k" }); -- presence stanza → hash of its bundle, or { why not }

local store = { config = config; live = live };

function store.muc()
	-- Looked up at each call: reloading mod_muc replaces its table.
	return prosody.hosts[module.host].modules.muc;
end

function store.room(room_jid)
	local muc = store.muc();
	return muc and muc.get_room_from_jid(room_jid) or nil;
end

-- Jicofo's health checks create and drop a room every few seconds.
function store.is_skipped(room)
	return room.jid:sub(1, #config.skip_prefix) == config.skip_prefix;
end

function store.is_exempt(real_jid)
	return config.exempt[jid.bare(real_jid)] == true;
end

function store.passing(room)
	local passing = live[room.jid];
	if not passing then
		passing = { throttles = {} };
		live[room.jid] = passing;
	end
	return passing;
end

function store.forget(room)
	live[room.jid] = nil;
end

-- One budget of a session: name tells apart what is counted. create makes it when it is first needed.
function store.limit(room, real_jid, name, create)
	local throttles = store.passing(room).throttles;
	local of_session = throttles[real_jid];
	if not of_session then
		of_session = {};
		throttles[real_jid] = of_session;
	end
	local limit = of_session[name];
	if not limit then
		limit = create();
		of_session[name] = limit;
	end
	return limit;
end

-- After a leave: forgets the budgets of who is gone, once they are full again, so that coming back renews none.
function store.drop_limits(room)
	local throttles = store.passing(room).throttles;
	for real_jid, of_session in pairs(throttles) do
		if not room:get_occupant_jid(real_jid) then
			local full = true;
			for _, limit in pairs(of_session) do full = full and limit:peek(limit.max); end
			if full then throttles[real_jid] = nil; end
		end
	end
end

-- In the breakout component: the main room of this one, found as mod_muc_breakout_rooms notes it.
local function find_parent(room)
	if not config.is_breakout then return nil; end
	for host, session in pairs(prosody.hosts) do
		local muc = host ~= module.host and session.modules and session.modules.muc;
		if muc and muc.live_rooms and session.modules.muc_e2ee then
			for main in muc.live_rooms() do
				local breakouts = main._data.breakout_rooms;
				if type(breakouts) == "table" and breakouts[room.jid] ~= nil then return main; end
			end
		end
	end
	return nil;
end

-- The main room of a breakout room, nil for any other room or when it is gone.
function store.parent(room)
	local state = room._data.sealmeet;
	if not (state and state.parent) then return nil; end
	local _, host = jid.split(state.parent);
	local session = prosody.hosts[host];
	local muc = session and session.modules and session.modules.muc;
	return muc and muc.get_room_from_jid(state.parent) or nil;
end

-- Policy, seal and epoch of a room, made on first use: pre-create does not fire for rooms of other modules.
function store.state(room)
	local state = room._data.sealmeet;
	if state then return state; end
	if store.is_skipped(room) then
		return { policy = "off"; pinned = true; origin = "health check"; sealed = false; epoch = 0 };
	end
	local node = jid.node(room.jid) or "";
	local name, pinned, origin = policy.initial(node, config.rules, config.default_policy, config.pin_default);
	state = { policy = name; pinned = pinned; origin = origin; sealed = false; epoch = 0 };
	local parent = find_parent(room);
	local parent_state = parent and parent._data.sealmeet;
	if parent_state then
		state.parent = parent.jid;
		state.policy = store.stronger(state.policy, parent_state.policy);
		state.pinned = state.pinned or parent_state.pinned;
		state.origin = "main room " .. parent.jid;
		state.sealed = parent_state.sealed;
		if state.sealed then state.since = os.time(); end
	end
	if state.policy == "required" and not state.sealed then
		state.sealed = true;
		state.since = os.time();
	end
	room._data.sealmeet = state;
	return state;
end

function store.stronger(one, other)
	return policy.strength[one] >= policy.strength[other] and one or other;
end

-- Iterator over in-room JID and occupant, without room:each_occupant's copies: for reading only.
function store.occupants(room)
	if room._occupants then return pairs(room._occupants); end
	return room:each_occupant();
end

-- The occupant of this in-room JID or nil, without room:get_occupant_by_nick's copy: for reading only.
function store.occupant(room, nick)
	if room._occupants then return room._occupants[nick]; end
	return room:get_occupant_by_nick(nick);
end

-- SHA-256 (hex) of the bundle of a presence, or nil and why it has none; read once per presence.
function store.bundle_hash(presence)
	local known = bundles[presence];
	if not known then
		local text, why = bundle.read(presence);
		known = text and sha256(text, true) or { why };
		bundles[presence] = known;
	end
	if type(known) == "table" then return nil, known[1]; end
	return known;
end

-- nil when the occupant may be in a sealed room, else the name of the refusal (words.refusal, words.removal).
function store.unfit(occupant)
	if store.is_exempt(occupant.bare_jid) then return nil; end
	local sessions = 0;
	for real_jid, presence in occupant:each_session() do
		if presence.attr.type == nil then
			sessions = sessions + 1;
			if bundle.is_gateway(presence, real_jid, config.gateway_prefixes, config.gateway_hosts) then return "gateway"; end
			local hash, why = store.bundle_hash(presence);
			if not hash then return why; end
		end
	end
	if sessions > 1 then return "second-session"; end
	return nil;
end

-- Occupants that can hold keys: present, fit for a sealed room and not exempt. Set of in-room JIDs.
function store.capable(room)
	local capable = {};
	for nick, occupant in store.occupants(room) do
		if not store.is_exempt(occupant.bare_jid) and store.unfit(occupant) == nil then capable[nick] = true; end
	end
	return capable;
end

return store;
