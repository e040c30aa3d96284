-- One round in which everybody is asked whether the room may be unsealed. Pure: the caller brings time and ids.
-- A voter is an in-room JID; who leaves and comes back is asked anew.

local round_mt = {};
round_mt.__index = round_mt;

-- by: occupant id of the owner who asks, for the announcement; asker: the in-room JID, counts as agreed.
local function open(id, by, asker, voters, now, period)
	local round = setmetatable({
		id = id; by = by; asker = asker;
		deadline = now + period;
		state = "open";
		answers = { [asker] = true };
		agreed = 1; asked = 1;
	}, round_mt);
	for voter in pairs(voters) do round:joined(voter); end
	return round;
end

local function settle(round)
	if round.state == "open" and round.agreed == round.asked then round.state = "agreed"; end
	return round.state;
end

-- A capable occupant is there (also: one that came while the round was open).
function round_mt:joined(voter)
	if self.state ~= "open" or self.answers[voter] ~= nil then return; end
	self.answers[voter] = false;
	self.asked = self.asked + 1;
end

-- The asker's leaving ends the round; anyone else is no longer asked. Returns the state.
function round_mt:left(voter)
	local answer = self.answers[voter];
	if self.state ~= "open" or answer == nil then return self.state; end
	if voter == self.asker then
		self.state = "withdrawn";
		return self.state;
	end
	self.answers[voter] = nil;
	self.asked = self.asked - 1;
	if answer then self.agreed = self.agreed - 1; end
	return settle(self);
end

-- Somebody present has another bundle than before: another member, who has not answered. One step, so that nobody
-- counts as agreed because this one was missing in between.
function round_mt:changed(voter)
	if self.state ~= "open" then return self.state; end
	if voter == self.asker then
		self.state = "withdrawn";
	elseif self.answers[voter] == nil then
		self:joined(voter);
	elseif self.answers[voter] then
		self.answers[voter] = false;
		self.agreed = self.agreed - 1;
	end
	return self.state;
end

-- Returns the state, or nil when this occupant is not among those asked.
function round_mt:answer(voter, agrees)
	if self.answers[voter] == nil then return nil; end
	if self.state ~= "open" then return self.state; end
	if not agrees then
		self.state = "refused";
		return self.state;
	end
	if not self.answers[voter] then
		self.answers[voter] = true;
		self.agreed = self.agreed + 1;
	end
	return settle(self);
end

-- Silence keeps the seal.
function round_mt:tick(now)
	if self.state == "open" and now >= self.deadline then self.state = "expired"; end
	return self.state;
end

return { open = open; settle = settle };
