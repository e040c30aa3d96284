local clear = load_part "clear";
local st = require "util.stanza";

local sealed = { type = "sealmeet" };
local function message() return st.message { type = "groupchat" }; end
local function json_message(xmlns) return st.stanza("json-message", { xmlns = xmlns }):text("{}"); end

describe("what of a message is clear", function ()
	it("is nothing in a sealed endpoint message, with hints and ids", function ()
		local stanza = message()
			:add_child(json_message("http://jitsi.org/jitmeet"))
			:tag("no-store", { xmlns = "urn:xmpp:hints" }):up()
			:tag("origin-id", { xmlns = "urn:xmpp:sid:0", id = "1" }):up()
			:tag("x", { xmlns = "http://jabber.org/protocol/muc#user" }):up();
		assert.is_nil(clear.kind(stanza, sealed));
		assert.is_nil(clear.kind(message():add_child(json_message()), sealed));
		assert.is_nil(clear.kind(message()));
	end);
	it("is an endpoint message of another type", function ()
		assert.equal("endpoint", clear.kind(message():add_child(json_message()), nil));
	end);
	it("is a second endpoint message", function ()
		assert.equal("endpoint", clear.kind(message():add_child(json_message()):add_child(json_message()), sealed));
	end);
	it("is an endpoint message of another namespace", function ()
		assert.equal("endpoint", clear.kind(message():add_child(json_message("urn:x")), sealed));
	end);
	it("is an element inside an endpoint message", function ()
		local child = json_message():tag("b"):text("hello"):up();
		assert.equal("endpoint", clear.kind(message():add_child(child), sealed));
	end);
	for _, name in ipairs { "body", "subject", "thread" } do
		it("is a " .. name, function ()
			assert.equal(name, clear.kind(message():text_tag(name, "x"), nil));
		end);
	end
	it("is any element that is not known", function ()
		assert.equal("reactions", clear.kind(message():tag("reactions", { xmlns = "urn:xmpp:reactions:0" }):up(), nil));
		assert.equal("x", clear.kind(message():tag("x", { xmlns = "jabber:x:data" }):up(), nil));
	end);
	it("is text in an element that should be empty", function ()
		assert.equal("store", clear.kind(message():tag("store", { xmlns = "urn:xmpp:hints" }):text("hello"):up(), nil));
		assert.equal("x", clear.kind(message():tag("x", { xmlns = "http://jabber.org/protocol/muc#user" }):tag("b"):up():up(), nil));
	end);
	it("is text outside any element", function ()
		assert.equal("text", clear.kind(message():text("hello"), nil));
	end);
end);
