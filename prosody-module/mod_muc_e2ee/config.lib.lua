-- The module's options with their defaults (README.md has the table), read again when Prosody's configuration is.

local policy = module:require "policy";

local config = {};

-- muc.meet.example, conference.meet.example and breakout.meet.example all belong to meet.example.
local function base_host()
	return module:get_option_string("muc_mapper_domain_base") or module.host:match("^[^%.]+%.(.+)$") or module.host;
end

local function number(name, default, least, most)
	local value = module:get_option_number(name, default);
	if type(value) ~= "number" or value ~= value or value < least or value > most then
		module:log("error", "%s: expected a number from %s to %s, found %s; using %s", name, least, most, tostring(value), default);
		return default;
	end
	return value;
end

local function strings_of(set)
	local list = {};
	for item in set:items() do
		if type(item) == "string" then list[#list + 1] = item; end
	end
	table.sort(list);
	return list;
end

local function array_of_strings(name, default)
	return strings_of(module:get_option_set(name, default));
end

local function set_of_strings(name, default)
	local set = {};
	for _, item in ipairs(array_of_strings(name, default)) do set[item:lower()] = true; end
	return set;
end

local function load()
	local base = base_host();
	config.base = base;

	local default = module:get_option_string("muc_e2ee_default_policy", "optional");
	if policy.strength[default] == nil then
		module:log("error", "muc_e2ee_default_policy: expected off, optional or required, found %q; using required", default);
		default = "required";
	end
	config.default_policy = default;
	config.pin_default = module:get_option_boolean("muc_e2ee_pin_default", false);

	local complaints;
	config.rules, complaints = policy.read_rules(module:get_option("muc_e2ee_rooms"));
	for _, complaint in ipairs(complaints) do module:log("error", "%s", complaint); end

	config.exempt = set_of_strings("muc_e2ee_exempt", { "focus@auth." .. base });

	config.removal_delay = number("muc_e2ee_removal_delay", 10, 0, 600);
	config.consent_period = number("muc_e2ee_consent_period", 60, 1, 3600);

	config.max_message_size = number("muc_e2ee_max_message_size", 262144, 1024, 10485760);
	config.max_plain_size = number("muc_e2ee_max_unparted_size", 81920, 1024, 10485760);
	config.limits = {
		parts = number("muc_e2ee_max_parts", 1000, 1, 100000);
		part_length = number("muc_e2ee_max_part_size", 16384, 256, 1048576);
	};
	config.message_rate = number("muc_e2ee_message_rate", 20, 0.1, 100000);
	config.message_burst = number("muc_e2ee_message_burst", 200, 1, 100000);
	config.byte_rate = number("muc_e2ee_byte_rate", 262144, 1024, 1073741824);
	config.byte_burst = number("muc_e2ee_byte_burst", 1048576, 1024, 1073741824);

	-- The first two are Jitsi's own options, with Jitsi's own defaults, added to as Jitsi's modules do.
	config.gateway_prefixes = strings_of(
		module:get_option_inherited_set("recorder_prefixes", { "recorder@recorder.", "jibria@recorder.", "jibrib@recorder." })
		+ module:get_option_inherited_set("transcriber_prefixes",
			{ "transcriber@recorder.", "transcribera@recorder.", "transcriberb@recorder." }));
	config.gateway_hosts = set_of_strings("muc_e2ee_gateway_hosts", { "hidden." .. base, "recorder." .. base });
	config.gateway_metadata = set_of_strings("muc_e2ee_gateway_metadata",
		{ "recording", "transcription", "asynctranscription", "audiotranslationrequests" });
	config.clear_metadata = set_of_strings("muc_e2ee_clear_metadata", { "whiteboard" });
	config.clear_components = array_of_strings("muc_e2ee_clear_components",
		{ "polls." .. base, "filesharing." .. base, "audiotranslation." .. base });

	-- The MUC whose breakout rooms live here; by Jitsi's naming the component is called breakout.<host>.
	config.is_breakout = module:get_option_boolean("muc_e2ee_breakout", module.host:match("^breakout%.") ~= nil);
	config.skip_prefix = "__jicofo-health-check";
end

load();
module:hook_global("config-reloaded", load);

return config;
