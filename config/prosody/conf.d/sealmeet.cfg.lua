-- The policy of sealed rooms, from .env. Read by Prosody after Jitsi's own configuration; options for all hosts.
-- Lua code: Prosody gives configuration files the variables of its environment as ENV_NAME.

local policies = { off = true, optional = true, required = true }

local function policy_of(word, where)
	if not policies[word] then
		error(where .. ": expected off, optional or required, came " .. tostring(word))
	end
	return word
end

muc_e2ee_default_policy = policy_of(ENV_SEALMEET_DEFAULT_POLICY or "optional", "SEALMEET_DEFAULT_POLICY")
muc_e2ee_pin_default = ENV_SEALMEET_PIN_DEFAULT == "1"

local rooms = {}
for rule in (ENV_SEALMEET_ROOMS or ""):gmatch("%S+") do
	local pattern, word, pinned = rule:match("^([%w._*?-]+)=(%a+)(:?%a*)$")
	if not pattern or (pinned ~= "" and pinned ~= ":pinned") then
		error("SEALMEET_ROOMS: expected pattern=policy or pattern=policy:pinned, came " .. rule)
	end
	rooms[#rooms + 1] = { pattern, policy_of(word, "SEALMEET_ROOMS"), pinned = pinned ~= "" }
end
muc_e2ee_rooms = rooms

-- Jicofo is in every room and gets no keys.
local exempt = { "focus@auth.meet.jitsi" }
for account in (ENV_SEALMEET_EXEMPT or ""):gmatch("%S+") do
	exempt[#exempt + 1] = account
end
muc_e2ee_exempt = exempt
