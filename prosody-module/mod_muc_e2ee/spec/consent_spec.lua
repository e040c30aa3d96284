local consent = load_part "consent";

local function open(...)
	local voters = {};
	for _, voter in ipairs { ... } do voters[voter] = true; end
	return consent.open("id", "asker", "asker", voters, 100, 60);
end

describe("a round of consent", function ()
	it("is agreed when everybody asked has agreed", function ()
		local round = open("asker", "a", "b");
		assert.equal("open", round:answer("a", true));
		assert.equal("agreed", round:answer("b", true));
	end);
	it("is agreed at once by somebody alone", function ()
		assert.equal("agreed", consent.settle(open("asker")));
	end);
	it("counts nobody twice", function ()
		local round = open("asker", "a", "b");
		round:answer("a", true);
		assert.equal("open", round:answer("a", true));
		assert.equal(2, round.agreed);
	end);
	it("is refused by one refusal, for good", function ()
		local round = open("asker", "a", "b");
		assert.equal("refused", round:answer("a", false));
		assert.equal("refused", round:answer("b", true));
		assert.equal("refused", round:answer("a", true));
	end);
	it("does not hear who is not asked", function ()
		assert.is_nil(open("asker", "a"):answer("stranger", true));
	end);
	it("asks who comes, and no longer asks who goes", function ()
		local round = open("asker", "a");
		round:joined("b");
		assert.equal("open", round:answer("a", true));
		assert.equal("agreed", round:left("b"));
	end);
	it("forgets the answer of who goes and comes back", function ()
		local round = open("asker", "a", "b");
		round:answer("a", true);
		round:left("a");
		round:joined("a");
		assert.equal("open", round:answer("b", true));
	end);
	it("ends when the asker goes, even if all others then have agreed", function ()
		local round = open("asker", "a");
		assert.equal("withdrawn", round:left("asker"));
		assert.equal("withdrawn", round:answer("a", true));
	end);
	it("asks anew who has another bundle, and is not agreed in between", function ()
		local round = open("asker", "a");
		assert.equal("open", round:changed("a"));
		assert.equal("agreed", round:answer("a", true));
		round = open("asker", "a", "b");
		round:answer("a", true);
		round:changed("a");
		assert.equal("open", round:answer("b", true));
		assert.equal("withdrawn", round:changed("asker"));
	end);
	it("asks who becomes able to take part", function ()
		local round = open("asker", "a");
		round:changed("late");
		assert.equal("open", round:answer("a", true));
		assert.equal("agreed", round:answer("late", true));
	end);
	it("expires in silence, at its deadline and not before", function ()
		local round = open("asker", "a");
		assert.equal("open", round:tick(159));
		assert.equal("expired", round:tick(160));
		assert.equal("expired", round:answer("a", true));
	end);
end);
