-- GET /health: 200 when no loaded module reports an error, else 500; answers this host alone, as Jitsi's module does.
module:set_global();

local modulemanager = require "prosody.core.modulemanager";

local function health(event)
	local ip = event.request.ip;
	if ip ~= "127.0.0.1" and ip ~= "::1" then return 403; end
	for host in pairs(prosody.hosts) do
		for _, mod in pairs(modulemanager.get_modules(host)) do
			if mod.module.status_type == "error" then return 500; end
		end
	end
	return 200;
end

module:provides("http", { route = { GET = health } });
module:set_status("info", "answers");
-- The path is the module's name without http_: /health.
