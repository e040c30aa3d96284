-- Breakout rooms inherit: what the main room seals is sealed in them too, now and when they open later (store.state).
-- An unsealing of the main room does not reach them: people there were not asked.

return function (store, seal)
	if not store.config.is_breakout then return; end

	module:hook_global("sealmeet-main-room-sealed", function (event)
		local breakouts = event.room._data.breakout_rooms;
		if type(breakouts) ~= "table" then return; end
		for room_jid in pairs(breakouts) do
			local room = type(room_jid) == "string" and room_jid:match("@(.+)$") == module.host and store.room(room_jid);
			if room and room ~= event.room then
				local state = store.state(room);
				state.parent = event.room.jid;
				local policy = store.stronger(state.policy, event.state.policy);
				state.policy, state.pinned = policy, state.pinned or event.state.pinned;
				seal.seal(room);
			end
		end
	end);
end
