-- Which policy a room has, and which change of it is allowed. Pure.

local strength = { off = 0; optional = 1; required = 2 };

-- "board-*" → Lua pattern for the whole of a room's name; * any characters, ? one.
local function pattern_of(glob)
	local escaped = glob:lower():gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".");
	return "^" .. escaped .. "$";
end

-- Reads the option muc_e2ee_rooms: an array of { "pattern", "policy", pinned = boolean }.
-- Returns the rules and an array of complaints. A rule whose policy cannot be read counts as `required`,
-- because whoever wrote it wanted something of that room, and failing open would go unseen.
local function read_rules(option)
	local rules, complaints = {}, {};
	if option == nil then return rules, complaints; end
	if type(option) ~= "table" then
		return rules, { ("muc_e2ee_rooms: expected a list of { \"pattern\", \"policy\" }, found %s"):format(type(option)) };
	end
	for index, entry in ipairs(option) do
		if type(entry) ~= "table" or type(entry[1]) ~= "string" or entry[1] == "" then
			complaints[#complaints + 1] = ("muc_e2ee_rooms: entry %d has no room pattern and is left out"):format(index);
		else
			local policy = entry[2];
			if strength[policy] == nil then
				complaints[#complaints + 1] = ("muc_e2ee_rooms: %q has the policy %q, expected off, optional or required; taken as required")
					:format(entry[1], tostring(policy));
				policy = "required";
			end
			rules[#rules + 1] = { glob = entry[1]; pattern = pattern_of(entry[1]); policy = policy; pinned = entry.pinned == true };
		end
	end
	return rules, complaints;
end

-- The policy with which a room of this name starts: the first rule that fits, else the default.
-- Returns policy, whether it is pinned, and where it comes from.
local function initial(node, rules, default, default_pinned)
	node = node:lower();
	-- mod_muc_domain_mapper calls a tenant's room "[tenant]room" inside the server.
	local plain = node:gsub("^%[[^%]]*%]", "");
	for _, rule in ipairs(rules) do
		if node:match(rule.pattern) or plain:match(rule.pattern) then
			return rule.policy, rule.pinned, "pattern " .. rule.glob;
		end
	end
	return default, default_pinned, "default";
end

-- Whether an owner may set this policy: nil, or the name of the refusal (words.request).
local function refuse_change(state, new)
	if strength[new] == nil then return "policy-unknown"; end
	if new == state.policy then return nil; end
	if state.pinned then
		-- A pinned `off` is meant as "never here"; any other pin is a floor.
		if state.policy == "off" or strength[new] < strength[state.policy] then return "policy-pinned"; end
	end
	if new == "off" and state.sealed then return "policy-sealed"; end
	return nil;
end

return { strength = strength; read_rules = read_rules; initial = initial; refuse_change = refuse_change };
