local roster = load_part "roster";
local json = require "util.json";
local sha256 = require "util.hashes".sha256;

describe("the roster digest", function ()
	it("is SHA-256 over ids and hashes of bundles in the order of the ids", function ()
		local digest = roster.digest { roster.entry("b", "bb"), roster.entry("a", "aa"), roster.entry("a-", nil) };
		assert.equal(sha256("a\0aa\0a-\0\0b\0bb\0", true), digest);
	end);
	it("cannot be moved from a hash to an id", function ()
		assert.not_equal(roster.digest { roster.entry("ab", "c") }, roster.digest { roster.entry("a", "bc") });
	end);
end);

describe("the announcement", function ()
	it("is JSON of the documented shape", function ()
		local text = roster.announcement({ policy = "optional", sealed = true, by = 'a"b', since = 5, epoch = 7, unsealed_by = "x" }, "ab", 3);
		assert.same({ type = "sealmeet", v = 1, room = {
			policy = "optional", sealed = true, by = 'a"b', since = 5, epoch = 7, digest = "ab", occupants = 3 } }, json.decode(text));
	end);
	it("survives lib-jitsi-meet's unescaping, whatever the nick", function ()
		local text = roster.announcement({ policy = "optional", sealed = true, by = "a&quot;%22<b>", since = 5, epoch = 7 }, "ab", 3);
		assert.is_nil(text:find("[&%%<>]"));
		assert.equal("a&quot;%22<b>", json.decode(text).room.by);
	end);
	it("says who unsealed, and what is being asked", function ()
		local round = { id = "r", by = "b", deadline = 9, state = "open", agreed = 1, asked = 2 };
		local text = roster.announcement({ policy = "optional", sealed = false, unsealed_by = "x", epoch = 0 }, "ab", 0, round);
		assert.same({ policy = "optional", sealed = false, unsealedBy = "x", epoch = 0, digest = "ab", occupants = 0,
			consent = { id = "r", by = "b", ["until"] = 9, state = "open", agreed = 1, asked = 2 } }, json.decode(text).room);
	end);
end);
