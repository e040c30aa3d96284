-- Stands in for Jitsi's muc_breakout_rooms: notes breakout rooms in the main room's data as that does.

function open(main_jid, breakout_jid)
	local room = prosody.hosts[module.host].modules.muc.get_room_from_jid(main_jid);
	room._data.breakout_rooms = room._data.breakout_rooms or {};
	room._data.breakout_rooms[breakout_jid] = "Breakout";
	room._data.breakout_rooms_active = true;
	return "noted";
end
