-- Quotes a text for JSON inside <json-message/>. lib-jitsi-meet unescapes that JSON before it parses it (HTML
-- entities, percent sequences), so that a nick like `a&quot;b` would break it for everybody.

local json = require "util.json";

return function (text)
	return (json.encode(text):gsub("[&%%<>]", function (character)
		return ("\\u%04x"):format(character:byte());
	end));
end
