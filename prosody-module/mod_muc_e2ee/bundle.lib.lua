-- What a presence says about its sender: bundle, latch, gateway. All of it is a claim of the client.

local jid = require "util.jid";

local names = module:require "names";

local max_bundle_length = 4096;

-- Features by which Jitsi's gateways and recorders declare themselves (jigasi, jibri, transcriber).
local gateway_features = {
	["http://jitsi.org/protocol/jigasi"] = true;
	["http://jitsi.org/protocol/jibri"] = true;
	["http://jitsi.org/protocol/transcriber"] = true;
};

-- The bundle in a presence, or nil and why not: "no-capability" or "ill-formed".
-- An element of that name in another namespace is refused too: clients look by name alone.
local function read(presence)
	local bundle;
	for child in presence:childtags(names.bundle_element) do
		if bundle then return nil, "ill-formed"; end
		bundle = child:get_text() or "";
	end
	for _, child in ipairs(presence.tags) do
		if child.name == names.bundle_element and child.attr.xmlns ~= nil and child.attr.xmlns ~= "jabber:client" then
			return nil, "ill-formed";
		end
	end
	if not bundle or bundle == "" then return nil, "no-capability"; end
	if #bundle > max_bundle_length or not bundle:match("^1%.[A-Za-z0-9_-]+$") then
		return nil, "ill-formed";
	end
	return bundle;
end

-- Whether the client says that it holds this room to be sealed.
local function holds_sealed(presence)
	return presence:get_child_text(names.sealed_element) == "1";
end

-- Whether the presence or the account is that of a recorder, streamer, transcriber or dial-in gateway.
-- prefixes: array of starts of full JIDs; hosts: set of domains on which only such accounts live.
local function is_gateway(presence, real_jid, prefixes, hosts)
	for _, prefix in ipairs(prefixes) do
		if real_jid:sub(1, #prefix) == prefix then return true; end
	end
	if hosts[jid.host(real_jid)] then return true; end
	for _, child in ipairs(presence.tags) do
		if child.name == "initiator" and child.attr.xmlns == "http://jitsi.org/protocol/jigasi" then
			return true;
		elseif child.name == "features" then
			for _, feature in ipairs(child.tags) do
				if gateway_features[feature.attr.var] then return true; end
			end
		end
	end
	return false;
end

return { read = read; holds_sealed = holds_sealed; is_gateway = is_gateway };
