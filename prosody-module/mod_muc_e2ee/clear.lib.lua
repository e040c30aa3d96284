-- What of a message would be readable in a sealed room (brief D12). Pure.
-- A closed list of what may pass: whatever is not known to be sealed or empty counts as clear.

local names = module:require "names";

local hints_namespace = "urn:xmpp:hints";
local stanza_id_namespace = "urn:xmpp:sid:0";
local muc_user_namespace = "http://jabber.org/protocol/muc#user";

local function is_empty(element)
	return #element.tags == 0 and (element:get_text() or ""):match("^%s*$") ~= nil;
end

local function is_json_message(element)
	local xmlns = element.attr.xmlns;
	-- Older versions of lib-jitsi-meet look by name alone.
	return element.name == "json-message" and (xmlns == names.json_message_namespace or xmlns == nil or xmlns == "jabber:client");
end

-- nil when nothing of the message is in clear; else the kind of what is: "body", "endpoint" or the element's name.
-- payload: what decode() made of the message's one json-message (messages.lib.lua), nil when that is not Sealmeet's.
local function kind(stanza, payload)
	local json_messages = 0;
	for _, child in ipairs(stanza.tags) do
		local xmlns = child.attr.xmlns;
		if is_json_message(child) then
			json_messages = json_messages + 1;
			if json_messages > 1 or payload == nil or #child.tags > 0 then return "endpoint"; end
		elseif child.name == "json-message" then
			return "endpoint";
		elseif xmlns == hints_namespace and is_empty(child) then -- luacheck: ignore 542
			-- Processing hints carry no content.
		elseif xmlns == stanza_id_namespace and is_empty(child) then -- luacheck: ignore 542
			-- Ids carry no content.
		elseif child.name == "x" and xmlns == muc_user_namespace and is_empty(child) then -- luacheck: ignore 542
			-- XEP-0045 §7.5: marks a private message.
		else
			return child.name;
		end
	end
	-- Text directly inside <message/>, outside any element, is shown by nobody but carried all the same.
	if (stanza:get_text() or ""):match("%S") then return "text"; end
	return nil;
end

return { kind = kind; is_json_message = is_json_message };
