-- Every sentence that a person may get to read, in one place.
-- Jitsi Meet puts a destroy reason through its translator, which takes ":" and "." and "{{" for its own:
-- the sentences of `refusal` and `removal` have none of them.

return {
	refusal = {
		["no-capability"] = "This meeting is end-to-end encrypted and your app cannot take part in it; "
			.. "please open the meeting link in a current desktop browser, and reload the page once if you already did";
		["ill-formed"] = "This meeting is end-to-end encrypted and your app announced encryption keys that cannot be used; "
			.. "please reload the page, and tell the site's administrator if this comes back";
		gateway = "This meeting is end-to-end encrypted; recording, streaming, transcription and dial-in "
			.. "need its sound and pictures in clear and cannot join it";
		["second-session"] = "This meeting is end-to-end encrypted and you are already in it with another window; "
			.. "please join under a name of its own or close the other window first";
		["nick-change"] = "This meeting is end-to-end encrypted; to change the address in the room, please leave and join again";
	};
	removal = {
		["no-capability"] = "This meeting was just sealed and your app cannot take part in it; "
			.. "please open the meeting link in a current desktop browser, and reload the page once if you already did";
		["ill-formed"] = "This meeting is sealed and your app no longer announces encryption keys that can be used; "
			.. "please reload the page";
		gateway = "This meeting was just sealed; recording, streaming, transcription and dial-in "
			.. "need its sound and pictures in clear and end here";
		["second-session"] = "This meeting was just sealed and you are in it with two windows under one address; "
			.. "please join again with one of them";
	};
	-- %d: seconds until the removal.
	warning = "This meeting is now end-to-end encrypted. Your app cannot take part in that and will be removed in %d seconds. "
		.. "Open the meeting link in a current desktop browser, and reload the page once if you already did.";
	request = {
		["not-occupant"] = "You are not currently connected to this chat";
		["not-owner"] = "Only a moderator of this meeting can seal or unseal it";
		["not-owner-policy"] = "Only a moderator of this meeting can change its encryption policy";
		["policy-off"] = "The administrator or a moderator has switched sealing off for this meeting";
		["policy-required"] = "This meeting has to stay sealed: its policy requires it";
		["policy-pinned"] = "The administrator has fixed the encryption policy of this meeting; it cannot be weakened";
		["policy-unknown"] = "Unknown policy: expected off, optional or required";
		["policy-sealed"] = "Unseal this meeting before switching sealing off";
		["parent-sealed"] = "The main meeting is sealed, so this breakout room stays sealed too";
		incapable = "Your own app cannot take part in a sealed meeting, so it cannot seal this one";
		["round-open"] = "Everybody is already being asked whether to unseal this meeting; wait for the answer";
		["round-cooling"] = "Unsealing was refused or not answered a moment ago; try again in a minute";
		["round-unknown"] = "No question with this id is open in this meeting";
		["round-not-asked"] = "You are not among those who are asked";
		["round-answer"] = "Unknown answer: expected agree or refuse";
		["too-often"] = "Too many requests; wait a moment and try again";
	};
	message = {
		clear = "This meeting is sealed: the message was not sent, because it would have gone out unencrypted";
		["clear-component"] = "This meeting is sealed: polls and files would go out unencrypted, so they are refused";
		["clear-metadata"] = "This meeting is sealed: the server would hold the key of a whiteboard, so it is refused";
		gateway = "This meeting is sealed: recording, streaming, transcription, translation and dial-out are refused, "
			.. "because they need its sound and pictures in clear";
		invitation = "An invitation is passed on in the name of the room and cannot carry app data";
		malformed = "Malformed key message: %s";
		["too-large"] = "Key message too large: at most %d bytes are allowed";
		["too-many-parts"] = "Key message with too many parts: at most %d are allowed";
		["too-often"] = "Too many key messages; wait a moment and send again";
	};
};
