local bundle = load_part "bundle";
local st = require "util.stanza";

local function presence(...)
	local stanza = st.presence();
	for _, text in ipairs { ... } do stanza:text_tag("jitsi_participant_sealmeet", text); end
	return stanza;
end

describe("a presence", function ()
	it("has a bundle", function ()
		assert.equal("1.AZaz09-_", bundle.read(presence("1.AZaz09-_")));
	end);
	it("has none", function ()
		assert.same({ nil, "no-capability" }, { bundle.read(presence()) });
		assert.same({ nil, "no-capability" }, { bundle.read(presence("")) });
	end);
	for what, stanza in pairs {
		["of another version"] = presence("2.AAAA");
		["without a version"] = presence("AAAA");
		["with padding"] = presence("1.AAA=");
		["with space"] = presence("1.AA AA");
		["that is empty"] = presence("1.");
		["that is too long"] = presence("1." .. ("A"):rep(4096));
		["said twice"] = presence("1.AAAA", "1.AAAA");
		["of another namespace beside it"] = presence("1.AAAA"):text_tag("jitsi_participant_sealmeet", "1.BBBB", { xmlns = "urn:x" });
	} do
		it("has a bundle " .. what .. ", which is ill-formed", function ()
			assert.same({ nil, "ill-formed" }, { bundle.read(stanza) });
		end);
	end
	it("says that its sender holds the room sealed", function ()
		assert.is_true(bundle.holds_sealed(st.presence():text_tag("jitsi_participant_sealmeet_sealed", "1")));
		assert.is_false(bundle.holds_sealed(st.presence():text_tag("jitsi_participant_sealmeet_sealed", "0")));
		assert.is_false(bundle.holds_sealed(st.presence()));
	end);

	describe("of a gateway", function ()
		local function is(stanza, from) return bundle.is_gateway(stanza, from or "a@meet.example/r",
			{ "recorder@recorder." }, { ["hidden.meet.example"] = true }); end
		local function features(var) return st.presence():tag("features"):tag("feature", { var = var }):up():up(); end
		it("is known by the account's prefix and host", function ()
			assert.is_true(is(st.presence(), "recorder@recorder.meet.example/x"));
			assert.is_true(is(st.presence(), "anyone@hidden.meet.example/x"));
			assert.is_false(is(st.presence(), "xrecorder@recorder.meet.example/x"));
		end);
		it("is known by its features", function ()
			for _, name in ipairs { "jigasi", "jibri", "transcriber" } do
				assert.is_true(is(features("http://jitsi.org/protocol/" .. name)));
			end
			assert.is_false(is(features("https://jitsi.org/meet/e2ee")));
		end);
		it("is known by its initiator", function ()
			assert.is_true(is(st.presence():tag("initiator", { xmlns = "http://jitsi.org/protocol/jigasi" }):up()));
		end);
	end);
end);
