-- Names on the wire that the module shares with the web plugin (web-plugin/src/wire/names.ts).

local namespace = "urn:sealmeet:e2ee:1";

return {
	-- Namespace of the requests, the disco feature and fields, and the mark in a refusal.
	namespace = namespace;
	-- Presence element that carries the bundle: "1." and base64url.
	bundle_element = "jitsi_participant_sealmeet";
	-- Presence element that says "I hold this room to be sealed": "1" or "0".
	sealed_element = "jitsi_participant_sealmeet_sealed";
	-- `type` of every endpoint message of Sealmeet, inside lib-jitsi-meet's <json-message>.
	message_type = "sealmeet";
	json_message_namespace = "http://jitsi.org/jitmeet";
	-- Fields of the room's disco#info form.
	disco_policy = namespace .. "#policy";
	disco_sealed = namespace .. "#sealed";
	disco_epoch = namespace .. "#epoch";
};
