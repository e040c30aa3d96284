-- Sealed rooms on a Prosody set up by Jitsi's Debian packages. Included in the global section; docs/admin.md, "Without
-- Docker". What each option means: README.md of mod_muc_e2ee.
muc_e2ee_default_policy = "optional" -- off, optional or required
muc_e2ee_pin_default = false
muc_e2ee_rooms = {
	-- { "board-*", "required", pinned = true };
}

-- A key message for a hundred people is 60 kB; the packages' 10 kB a second would hold it up for six seconds.
limits = { c2s = { rate = "512kb/s" } }
