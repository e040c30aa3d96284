-- Loads the module's files outside Prosody: `load_part "policy"` gives what module:require "policy" would, and a list
-- of the timers that it starts: { delay, callback, its arguments }.
-- Prosody 13 names its own libraries prosody.util.x; its loader knows both names, this does too.

table.insert(package.searchers, function (name)
	local plain = name:match("^prosody%.(.+)$");
	if plain then return function () return require(plain); end end
	return "\n\tno plain name for " .. name;
end);

local folder = debug.getinfo(1, "S").source:match("^@(.*)spec/[^/]*$") or "./";

local timers = {};

local environment = setmetatable({}, { __index = _G });
environment.module = {
	require = function (_, name)
		return assert(loadfile(folder .. name .. ".lib.lua", "t", environment))();
	end;
	add_timer = function (_, ...) table.insert(timers, { ... }); end;
};

function _G.load_part(name) return environment.module:require(name), timers; end
