local parts = load_part "parts";
local json = require "util.json";

local limits = { parts = 3, part_length = 8 };
local function read(text) return parts.read(json.decode(text), limits); end

describe("parts of a key message", function ()
	it("are read with id, kind and text", function ()
		local list = read [=[{"type":"sealmeet","v":1,"olm":{"a":[0,"QQ=="],"b":[1,"_-+/"]}}]=];
		table.sort(list, function (x, y) return x.id < y.id; end);
		assert.same({ { id = "a", kind = 0, text = "QQ==" }, { id = "b", kind = 1, text = "_-+/" } }, list);
	end);
	it("may be none", function ()
		assert.same({}, read [=[{"type":"sealmeet","v":1,"olm":{}}]=]);
	end);
	for what, text in pairs {
		["another version"] = [=[{"type":"sealmeet","v":2,"olm":{}}]=];
		["no version"] = [=[{"type":"sealmeet","olm":{}}]=];
		["olm as text"] = [=[{"type":"sealmeet","v":1,"olm":"x"}]=];
		["olm as a list"] = [=[{"type":"sealmeet","v":1,"olm":[[0,"QQ=="]]}]=];
		["a further field"] = [=[{"type":"sealmeet","v":1,"olm":{},"body":"hello"}]=];
		["a part as text"] = [=[{"type":"sealmeet","v":1,"olm":{"a":"QQ=="}}]=];
		["an empty part"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[]}}]=];
		["another kind"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[2,"QQ=="]}}]=];
		["a kind as text"] = [=[{"type":"sealmeet","v":1,"olm":{"a":["0","QQ=="]}}]=];
		["a part with more in it"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[0,"QQ==",1]}}]=];
		["a part that is no text"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[0,null]}}]=];
		["empty base64"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[0,""]}}]=];
		["words in a part"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[0,"hi there"]}}]=];
		["a quote in a part"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[0,"\"]"]}}]=];
		["an oversized part"] = [=[{"type":"sealmeet","v":1,"olm":{"a":[0,"QUFBQUFB="]}}]=];
		["an empty id"] = [=[{"type":"sealmeet","v":1,"olm":{"":[0,"QQ=="]}}]=];
	} do
		it("are refused with " .. what, function ()
			local list, name = read(text);
			assert.is_nil(list);
			assert.equal("malformed", name);
		end);
	end
	it("are counted", function ()
		local _, name, detail = read [=[{"type":"sealmeet","v":1,"olm":{"a":[0,"QQ=="],"b":[0,"QQ=="],"c":[0,"QQ=="],"d":[0,"QQ=="]}}]=];
		assert.same({ "too-many-parts", 3 }, { name, detail });
	end);
	it("go out as the same JSON with one id", function ()
		local text = parts.text(parts.content_for { id = "a", kind = 1, text = "QQ==" });
		assert.same({ type = "sealmeet", v = 1, olm = { a = { 1, "QQ==" } } }, json.decode(text));
	end);
	it("go out together with their senders", function ()
		local text = parts.join {
			{ id = "b\"&", content = parts.content_for { id = "a", kind = 1, text = "QQ==" } };
			{ id = "c", content = parts.beacon { type = "sealmeet", v = 1, beacon = "_-A", calm = true } };
		};
		local relay = { { "b\"&", { olm = { a = { 1, "QQ==" } } } }, { "c", { beacon = "_-A" } } };
		assert.same({ type = "sealmeet", v = 1, relay = relay }, json.decode(text));
		assert.is_nil(text:find("&", 1, true));
	end);
end);

describe("a beacon that may wait", function ()
	local function beacon(text) return parts.beacon(json.decode(text)); end
	it("is one that says so", function ()
		assert.equal([=["beacon":"QQ"]=], beacon [=[{"type":"sealmeet","v":1,"beacon":"QQ","calm":true}]=]);
	end);
	for what, text in pairs {
		["that does not"] = [=[{"type":"sealmeet","v":1,"beacon":"QQ"}]=];
		["with another word for it"] = [=[{"type":"sealmeet","v":1,"beacon":"QQ","calm":1}]=];
		["of another version"] = [=[{"type":"sealmeet","v":2,"beacon":"QQ","calm":true}]=];
		["with more in it"] = [=[{"type":"sealmeet","v":1,"beacon":"QQ","calm":true,"data":"QQ"}]=];
		["with words in it"] = [=[{"type":"sealmeet","v":1,"beacon":"hi there","calm":true}]=];
		["that is no text"] = [=[{"type":"sealmeet","v":1,"beacon":7,"calm":true}]=];
		["that is empty"] = [=[{"type":"sealmeet","v":1,"beacon":"","calm":true}]=];
	} do
		it("is not one " .. what, function () assert.is_nil(beacon(text)); end);
	end
end);
