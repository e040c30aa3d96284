-- Sealmeet: end-to-end encrypted rooms beside Jitsi's own modules. README.md says what it does and how to set it up.
-- Copyright 2026 the Sealmeet authors. Apache-2.0.

module:depends("muc");

local names = module:require "names";
local store = module:require "store";
local metrics = module:require "metrics"(store);
local announce = module:require "announce"(store);
local seal = module:require "seal"(store, announce, metrics);
local requests = module:require "requests"(store, announce, seal, metrics);
module:require "admission"(store, seal, metrics);
local relay = module:require "relay"(store, announce);
module:require "messages"(store, relay, metrics);
module:require "gateways"(store, metrics);
module:require "breakout"(store, seal);
local shell = module:require "shell"(store, announce);

-- Globals of a module are what others see of it: prosody.hosts[HOST].modules.muc_e2ee.
status, rooms = shell.status, shell.rooms;

module:add_feature(names.namespace);

-- Membership: each join and each leave is a new epoch.

local function next_epoch(room)
	local state = store.state(room);
	if state.policy == "off" then return; end
	state.epoch = state.epoch + 1;
	metrics.epoch();
	announce.soon(room);
end

local function handle_joined(event)
	local room = event.room;
	if store.is_skipped(room) then return; end
	requests.joined(room, event.occupant);
	next_epoch(room);
end
module:hook("muc-occupant-joined", handle_joined, -5);

-- Above mod_muc, which forgets an empty room at -1. A nick change comes as a leave only; so it is one epoch too.
local function handle_left(event)
	local room = event.room;
	if store.is_skipped(room) or room.destroying then return; end
	local state = store.state(room);
	if state.by_jid and not room:get_occupant_jid(state.by_jid) then state.by_jid = nil; end
	store.drop_limits(room);
	requests.left(room, event.nick);
	if room:has_occupant() then next_epoch(room); end
end
module:hook("muc-occupant-left", handle_left, 5);

-- Another bundle under the same nick is another member to everybody (protocol rule M16).
local function handle_change(event)
	local room, before = event.room, event.orig_occupant:get_presence(event.stanza.attr.from);
	if store.is_skipped(room) or not before or event.dest_occupant.nick ~= event.orig_occupant.nick then return; end
	if store.bundle_hash(before) == store.bundle_hash(event.stanza) then return; end
	requests.changed(room, event.orig_occupant, event.stanza);
	next_epoch(room);
end
module:hook("muc-occupant-pre-change", handle_change, -900);

-- Newcomers are told after history (50) and subject (20); joined does not fire for those who come back desynchronised.
module:hook("muc-occupant-session-new", function (event)
	if store.is_skipped(event.room) or store.state(event.room).policy == "off" then return; end
	announce.to(event.room, event.jid);
end, -5);

module:hook("muc-room-destroyed", function (event) store.forget(event.room); end, 5);

-- Where the policy can be read.

module:hook("muc-disco#info", function (event)
	local state = store.state(event.room);
	event.reply:tag("feature", { var = names.namespace }):up();
	if not event.form then return; end
	table.insert(event.form, { name = names.disco_policy; label = "Encryption policy: off, optional or required" });
	table.insert(event.form, { name = names.disco_sealed; label = "Whether the room is sealed" });
	table.insert(event.form, { name = names.disco_epoch; label = "Changes of membership so far" });
	event.formdata[names.disco_policy] = state.policy;
	event.formdata[names.disco_sealed] = state.sealed and "true" or "false";
	event.formdata[names.disco_epoch] = ("%d"):format(state.epoch);
end);

-- Shown only: submitting this form would close Jitsi's lobby, so the policy has a request of its own.
module:hook("muc-config-form", function (event)
	local state = store.state(event.room);
	table.insert(event.form, {
		name = names.disco_policy; type = "fixed";
		value = ("Encryption policy: %s%s; the room is %s"):format(state.policy,
			state.pinned and " (fixed by the administrator)" or "", state.sealed and "sealed" or "not sealed");
	});
end, 80 - 7);

-- Reloading and loading beside open rooms: what waits goes out; questions end, since their clock does; who came meanwhile is looked at.

function module.save()
	for room_jid, passing in pairs(store.live) do
		local room = store.room(room_jid);
		if room then relay.flush(room); end
		if room and passing.round then
			passing.round.state = "withdrawn";
			announce.now(room);
		end
	end
	return {};
end

for room in store.muc().live_rooms() do
	if not store.is_skipped(room) and store.state(room).sealed then
		seal.sweep(room);
		announce.soon(room);
	end
end
