-- State for the administrator. Prosody 13: `prosodyctl shell e2ee status ROOM`, `… rooms HOST`; 0.12 has no such
-- commands, there and on 13: `prosodyctl shell "> prosody.hosts['muc.host'].modules.muc_e2ee.status('room')"`.

local jid = require "util.jid";

return function (store, announce)
	local function describe(room)
		local state = store.state(room);
		local _, count = announce.roster(room);
		local passing = store.live[room.jid];
		local round = passing and passing.round;
		return ("%s: policy %s (%s%s), %s, epoch %d, %d occupants%s"):format(
			room.jid, state.policy, state.origin, state.pinned and ", pinned" or "",
			state.sealed and ("sealed by %s since %s"):format(state.by or "policy", os.date("!%Y-%m-%dT%H:%M:%SZ", state.since))
				or "not sealed",
			state.epoch, count,
			round and (", asking whether to unseal: %d of %d agreed"):format(round.agreed, round.asked) or "");
	end

	local shell = {};

	function shell.status(name)
		local room_jid = name:find("@", 1, true) and name or jid.join(name, module.host);
		local muc = store.muc();
		for room in muc.live_rooms() do
			if room.jid == room_jid then return describe(room); end
		end
		return ("%s: no such room is open"):format(room_jid);
	end

	function shell.rooms()
		local lines, sealed = {}, 0;
		for room in store.muc().live_rooms() do
			if not store.is_skipped(room) then
				lines[#lines + 1] = describe(room);
				if store.state(room).sealed then sealed = sealed + 1; end
			end
		end
		table.sort(lines);
		lines[#lines + 1] = ("%d rooms, %d sealed"):format(#lines, sealed);
		return table.concat(lines, "\n");
	end

	module:add_item("shell-command", {
		section = "e2ee"; section_desc = "Sealed rooms (mod_muc_e2ee)";
		name = "status"; desc = "Policy, seal and epoch of a room";
		args = { { name = "room_jid"; type = "string" } }; host_selector = "room_jid";
		handler = function (_, room_jid) return true, shell.status(room_jid); end;
	});
	module:add_item("shell-command", {
		section = "e2ee"; section_desc = "Sealed rooms (mod_muc_e2ee)";
		name = "rooms"; desc = "All open rooms of a MUC with their seal";
		args = { { name = "host"; type = "string" } }; host_selector = "host";
		handler = function () return true, shell.rooms(); end;
	});
	return shell;
end
