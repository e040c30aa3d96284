-- Counters for mod_http_openmetrics; without Prosody's `statistics` all of them do nothing. Never labelled by room.

return function (store)
	local refused = module:metric("counter", "refused", "", "Stanzas refused, by reason", { "reason" });
	local cleared = module:metric("counter", "clear_payloads", "", "Clear payloads kept out of sealed rooms, by kind", { "kind" });
	local removed = module:metric("counter", "removed", "", "Occupants removed from sealed rooms, by reason", { "reason" });
	local rounds = module:metric("counter", "consent_rounds", "", "Questions whether to unseal, by outcome", { "outcome" });
	local epochs = module:metric("counter", "epochs", "", "Changes of membership", {});
	local messages = module:metric("counter", "key_messages", "", "Key messages fanned out", {});
	local parts = module:metric("counter", "key_parts", "", "Parts taken for delivery", {});
	local absent = module:metric("counter", "key_parts_dropped", "", "Parts for nobody present, dropped", {});
	local bytes_in = module:metric("counter", "key_received", "bytes", "Text of key messages received", {});
	local bytes_out = module:metric("counter", "key_sent", "bytes", "Text of parts taken for delivery", {});
	local paused = module:metric("counter", "paused", "", "Connections not read from for a second", {});
	local duration = module:metric("histogram", "fanout", "seconds", "Time to take one key message apart", {},
		{ buckets = { 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1 } });
	local sealed = module:metric("gauge", "sealed_rooms", "", "Rooms that are sealed", {});

	-- Element names come from outside; only the ones that clients really send are worth a label.
	local kinds = { body = true; endpoint = true; subject = true; reactions = true; error = true; text = true };

	module:hook_global("stats-update", function ()
		local count, muc = 0, store.muc();
		if muc then
			for room in muc.live_rooms() do
				local state = room._data.sealmeet;
				if state and state.sealed then count = count + 1; end
			end
		end
		sealed:with_labels():set(count);
	end);

	return {
		refused = function (reason) refused:with_labels(reason):add(1); end;
		clear = function (kind) cleared:with_labels(kinds[kind] and kind or "other"):add(1); end;
		removed = function (reason) removed:with_labels(reason):add(1); end;
		consent = function (outcome) rounds:with_labels(outcome):add(1); end;
		epoch = function () epochs:with_labels():add(1); end;
		paused = function () paused:with_labels():add(1); end;
		fanned_out = function (received, delivered, dropped, sent, seconds)
			messages:with_labels():add(1);
			parts:with_labels():add(delivered);
			absent:with_labels():add(dropped);
			bytes_in:with_labels():add(received);
			bytes_out:with_labels():add(sent);
			duration:with_labels():sample(seconds);
		end;
	};
end
