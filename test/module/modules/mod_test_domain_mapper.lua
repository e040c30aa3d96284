-- Stands in for Jitsi's muc_domain_mapper, on the main host: room@conference.TENANT.host on the wire is
-- [TENANT]room@conference.host inside; outgoing stanzas are rewritten in place.

local filters = require "util.filters";

local base = module.host;
local escaped = base:gsub("%p", "%%%0");

local function inside(address)
	return address and address:gsub("^([^@]+)@conference%.([^./]+)%." .. escaped, "[%2]%1@conference." .. base);
end
local function outside(address)
	return address and address:gsub("^%[([^%]]+)%]([^@]+)@conference%." .. escaped, "%2@conference.%1." .. base);
end

for _, kind in ipairs { "presence", "message", "iq" } do
	for _, address in ipairs { "full", "bare" } do
		module:hook(("pre-%s/%s"):format(kind, address), function (event)
			event.stanza.attr.to = inside(event.stanza.attr.to);
		end, 1000);
	end
end

local function rewrite(stanza)
	if stanza.attr and stanza.attr.from then stanza.attr.from = outside(stanza.attr.from); end
	return stanza;
end
local function add(session) filters.add_filter(session, "stanzas/out", rewrite); end
filters.add_filter_hook(add);
function module.unload() filters.remove_filter_hook(add); end
