# Sourced by the scripts beside it: where things are, one way to fail, and the settings in .env.
# shellcheck shell=sh
root=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$root" || exit 2

fail() { # one line, and the end
	printf 'sealmeet: %s\n' "$1" >&2
	exit 1
}
say() { printf '%s\n' "$1"; }

# Reads KEY=VALUE lines as Compose does, in so far as make env writes them; nothing in the file is run.
read_env() { # file
	while IFS= read -r line || [ -n "$line" ]; do
		case $line in '' | '#'* | [!A-Za-z_]*) continue ;; *=*) ;; *) continue ;; esac
		name=${line%%=*}
		value=${line#*=}
		case $name in *[!A-Za-z0-9_]*) continue ;; esac
		case $value in
		\'*\') value=${value#\'} value=${value%\'} ;;
		\"*\") value=${value#\"} value=${value%\"} ;;
		*' #'*) value=${value%%' #'*} ;;
		esac
		# What is in the environment wins, as with Compose.
		eval "[ -n \"\${$name+set}\" ]" || { eval "$name=\$value"; export "${name?}"; }
	done <"$1"
}

need_env() {
	[ -e .env ] || fail 'there is no .env here: run "make env" first'
	[ -f .env ] && [ -r .env ] || fail "$root/.env cannot be read by $(id -un): run this as its owner, or chown it"
	read_env .env
}

need_docker() {
	command -v docker >/dev/null || fail 'Docker is missing: install Docker Engine with the Compose plugin (docs.docker.com/engine/install), then run this again'
	problem=$(docker version --format '{{.Server.Version}}' 2>&1 >/dev/null) ||
		case $problem in
		*'permission denied'*) fail "$(id -un) may not use Docker: run this as root, or add the user to the group docker" ;;
		*) fail 'Docker is installed, but its service does not answer: start it (systemctl start docker), then run this again' ;;
		esac
	docker compose version >/dev/null 2>&1 || fail 'the Compose plugin of Docker is missing: install docker-compose-plugin (or docker-compose 2 on Debian 13), then run this again'
	version=$(docker compose version --short | sed 's/^v//')
	case $version in
	[01].* | 2.[0-9] | 2.[0-9].* | 2.1[0-9] | 2.1[0-9].* | 2.2[01] | 2.2[01].*) fail "Docker Compose $version is too old: 2.22 or later is needed" ;;
	esac
}
