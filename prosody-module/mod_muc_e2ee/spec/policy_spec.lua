local policy = load_part "policy";

describe("policy", function ()
	describe("rules", function ()
		local function start(name, rules) return policy.initial(name, (policy.read_rules(rules)), "optional", false); end

		it("takes the first pattern that fits, else the default", function ()
			local rules = { { "board-*", "required", pinned = true }, { "board-open", "off" }, { "w?b", "off" } };
			assert.same({ "required", true, "pattern board-*" }, { start("board-open", rules) });
			assert.same({ "off", false, "pattern w?b" }, { start("web", rules) });
			assert.same({ "optional", false, "default" }, { start("weeb", rules) });
		end);
		it("takes no character of a name or pattern for a pattern of Lua's", function ()
			assert.equal("off", (start("a.b%c", { { "a.b%c", "off" } })));
			assert.equal("optional", (start("axb%c", { { "a.b%c", "off" } })));
			assert.equal("optional", (start("xboard", { { "board", "off" } })));
		end);
		it("does not mind upper case", function ()
			assert.equal("off", (start("Board", { { "bOARD", "off" } })));
		end);
		it("takes a policy that it cannot read for required, and says so", function ()
			local rules, complaints = policy.read_rules { { "x", "requried" } };
			assert.equal("required", rules[1].policy);
			assert.equal(1, #complaints);
		end);
		it("leaves out what has no pattern, and says so", function ()
			local rules, complaints = policy.read_rules { "x", { policy = "off" }, { "", "off" } };
			assert.same({}, rules);
			assert.equal(3, #complaints);
			assert.equal(1, #select(2, policy.read_rules("x")));
		end);
	end);

	describe("changes by an owner", function ()
		local function refused(from, to, extra)
			local state = { policy = from, pinned = false, sealed = false };
			for key, value in pairs(extra or {}) do state[key] = value; end
			return policy.refuse_change(state, to);
		end
		it("may go up and down where nothing is pinned", function ()
			for _, from in ipairs { "off", "optional", "required" } do
				for _, to in ipairs { "off", "optional", "required" } do assert.is_nil(refused(from, to)); end
			end
		end);
		it("may not weaken what is pinned, but may strengthen it", function ()
			assert.equal("policy-pinned", refused("required", "optional", { pinned = true }));
			assert.equal("policy-pinned", refused("optional", "off", { pinned = true }));
			assert.is_nil(refused("optional", "required", { pinned = true }));
		end);
		it("may not lift a pinned off", function ()
			assert.equal("policy-pinned", refused("off", "optional", { pinned = true }));
		end);
		it("may not switch sealing off under a seal", function ()
			assert.equal("policy-sealed", refused("optional", "off", { sealed = true }));
		end);
		it("knows three policies", function ()
			assert.equal("policy-unknown", refused("optional", "maybe"));
			assert.equal("policy-unknown", refused("optional", nil));
		end);
	end);
end);
