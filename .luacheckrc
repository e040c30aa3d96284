std = "lua54"
max_line_length = 140
files["prosody-module/mod_*/*.lua"] = { globals = { "module" }, read_globals = { "prosody", "hosts", "import" }, allow_defined_top = true, ignore = { "131" } }
files["test/stack/prosody/*.lua"] = { globals = { "module" }, read_globals = { "prosody", "hosts" } }
files["test/module/modules/*.lua"] = { globals = { "module" }, read_globals = { "prosody", "hosts" }, allow_defined_top = true, ignore = { "131" } }
files["**/spec/*.lua"] = { std = "lua54+busted", globals = { "load_part" } }
