#!/bin/sh
# Writes .env with fresh secrets, readable by its owner alone. Never overwrites one: its passwords are the database's.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
    echo "there is an .env already" >&2
    exit 1
fi
secret() { od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n'; }
umask 077
cat > .env <<END
DB_ROOT_PASSWORD=$(secret 24)
DB_OWNER_PASSWORD=$(secret 24)
DB_PASSWORD=$(secret 24)
JWT_SECRET=$(secret 48)
END
echo "wrote .env"
