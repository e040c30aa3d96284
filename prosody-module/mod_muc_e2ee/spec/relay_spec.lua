local new_relay, timers = load_part "relay";
local json = require "util.json";
local gettime = require "util.time".now;

local room_jid = "room@muc";
local function at(id) return room_jid .. "/" .. id; end

describe("what several say to one", function ()
	local relay, room, occupants, live, sent;

	local function keep(stanza, to)
		local text = stanza:get_child_text("json-message", "http://jitsi.org/jitmeet");
		local said = json.decode(text);
		assert.same({ "sealmeet", 1 }, { said.type, said.v });
		table.insert(sent, { from = stanza.attr.from; to = to; said = said; size = #text });
	end
	-- Runs what is due and gives what it sent, in order.
	local function run()
		sent = {};
		while timers[1] do
			local timer = table.remove(timers, 1);
			timer[2](0, table.unpack(timer, 3));
		end
		return sent;
	end
	local function part(sender, recipient, text)
		relay.part(room, at(sender), at(recipient), "\"olm\":{\"" .. recipient .. "\":[1,\"" .. text .. "\"]}");
	end
	local function beacon(sender, text) relay.beacon(room, at(sender), "\"beacon\":\"" .. text .. "\""); end
	local function senders(message)
		local list = {};
		for index, entry in ipairs(message.said.relay) do list[index] = entry[1]; end
		table.sort(list);
		return list;
	end

	before_each(function ()
		while timers[1] do table.remove(timers); end
		sent, occupants, live = {}, {}, {};
		for _, id in ipairs { "a", "b", "c" } do occupants[at(id)] = { nick = at(id) }; end
		room = { jid = room_jid };
		function room:route_to_occupant(occupant, stanza) keep(stanza, occupant.nick); end -- luacheck: ignore 212/self
		relay = new_relay({
			live = live;
			room = function (name) return name == room_jid and room or nil; end;
			passing = function (it) live[it.jid] = live[it.jid] or {}; return live[it.jid]; end;
			occupant = function (_, nick) return occupants[nick]; end;
		}, { spread = function (_, stanza) keep(stanza, "all"); end });
	end);

	it("goes out together, in order, after one wait", function ()
		part("a", "c", "QQ1"); part("b", "c", "QQ2"); part("a", "c", "QQ3"); part("a", "b", "QQ4");
		assert.equal(1, #timers);
		run();
		table.sort(sent, function (x, y) return x.to > y.to; end);
		assert.same({ room_jid, at "c", at "a", at "b" }, { sent[1].from, sent[1].to, sent[2].from, sent[2].to });
		assert.same({
			{ "a", { olm = { c = { 1, "QQ1" } } } }, { "b", { olm = { c = { 1, "QQ2" } } } }, { "a", { olm = { c = { 1, "QQ3" } } } };
		}, sent[1].said.relay);
		assert.same({ b = { 1, "QQ4" } }, sent[2].said.olm);
		assert.same({}, run());
	end);
	it("fills several messages", function ()
		for index = 1, 300 do part("a", "c", "Q" .. index); end
		run();
		assert.same({ 128, 128, 44 }, { #sent[1].said.relay, #sent[2].said.relay, #sent[3].said.relay });
		assert.equal("Q300", sent[3].said.relay[44][2].olm.c[2]);
		for _ = 1, 9 do part("a", "c", ("Q"):rep(16384)); end
		run();
		assert.same({ 3, 3, 3 }, { #sent[1].said.relay, #sent[2].said.relay, #sent[3].said.relay });
	end);
	it("is bounded with its ids", function ()
		for index = 1, 600 do
			local id = ("&"):rep(124) .. index;
			occupants[at(id)] = { nick = at(id) };
			beacon(id, "QQ");
		end
		for _, message in ipairs(run()) do assert.is_true(message.size < 66000); end
		assert.is_true(#sent > 4);
	end);
	it("goes alone from an id that a client does not take, and in order", function ()
		local long = ("x"):rep(129);
		occupants[at(long)] = { nick = at(long) };
		part("a", "c", "QQ1"); part("b", "c", "QQ2"); part(long, "c", "QQ3"); part("a", "c", "QQ4");
		run();
		assert.same({ room_jid, at(long), at "a" }, { sent[1].from, sent[2].from, sent[3].from });
		assert.same({ "a", "b" }, senders(sent[1]));
	end);
	it("waits longer after many got something, however long that took", function ()
		local function delay_after(count, seconds)
			function room:route_to_occupant() -- luacheck: ignore 212/self
				local started = gettime();
				repeat until gettime() - started >= seconds;
			end
			for index = 1, count do
				occupants[at("many" .. index)] = { nick = at("many" .. index) };
				part("a", "many" .. index, "QQ1");
			end
			run();
			part("a", "c", "QQ2");
			return timers[1][1];
		end
		part("a", "c", "QQ0");
		assert.equal(0.015, timers[1][1]);
		run();
		assert.equal(0.015, delay_after(2, 0.01));
		run();
		local delay = delay_after(25, 0.01);
		assert.is_true(delay > 0.04 and delay <= 0.05, delay);
		run();
		delay = delay_after(100, 0);
		assert.is_true(delay > 0.09 and delay <= 0.1, delay);
	end);
	it("goes before what one of them says in private", function ()
		part("a", "c", "QQ1"); part("b", "c", "QQ2"); part("a", "b", "QQ3");
		relay.precede(room, at "c", at "b");
		assert.equal(0, #sent);
		relay.precede(room, at "a", at "c");
		assert.same({ "a", "b" }, senders(sent[1]));
		run();
		assert.same({ 1, at "b" }, { #sent, sent[1].to });
	end);
	it("is neither said nor heard by who is gone, or comes under its nick", function ()
		part("a", "c", "QQ1"); part("b", "c", "QQ2"); part("b", "a", "QQ3");
		beacon("a", "QQ4"); beacon("b", "QQ5");
		relay.forget(room, at "a");
		run();
		assert.same({ 2, at "b", at "b" }, { #sent, sent[1].from, sent[2].from });
		part("a", "c", "QQ1"); part("b", "c", "QQ2"); part("b", "a", "QQ3"); beacon("a", "QQ4");
		occupants[at "a"] = nil;
		run();
		assert.same({ 1, at "b", at "c" }, { #sent, sent[1].from, sent[1].to });
	end);
	it("does not wait for ever when its room was away as it was due", function ()
		local here = room;
		part("a", "c", "QQ1"); beacon("a", "QQ2");
		room = nil;
		assert.same({}, run());
		room = here;
		part("a", "c", "QQ3"); beacon("a", "QQ4");
		assert.equal(2, #timers);
		run();
		assert.equal("QQ3", sent[1].said.olm.c[2]);
		assert.equal("QQ4", sent[2].said.beacon);
	end);
	it("is not said in another room of that name", function ()
		part("a", "c", "QQ1"); beacon("a", "QQ2");
		live[room_jid] = nil;
		assert.same({}, run());
		assert.same({}, live);
	end);
	it("goes out at once when nothing may wait any longer", function ()
		part("a", "c", "QQ1"); beacon("a", "QQ2"); beacon("b", "QQ3");
		relay.flush();
		assert.equal(2, #sent);
		assert.same({}, run());
	end);
	it("is the last beacon of each, unless another has overtaken it", function ()
		beacon("a", "QQ1"); beacon("b", "QQ2"); beacon("a", "QQ3"); beacon("c", "QQ4");
		relay.overtaken(room, at "c");
		assert.equal(1, #timers);
		run();
		assert.same({ 1, room_jid, "all" }, { #sent, sent[1].from, sent[1].to });
		assert.same({ "a", "b" }, senders(sent[1]));
		for _, entry in ipairs(sent[1].said.relay) do
			assert.equal(entry[1] == "a" and "QQ3" or "QQ2", entry[2].beacon);
		end
	end);
end);
