#!/bin/sh
# Writes .env with fresh secrets, readable by its owner alone. Never overwrites one: its passwords are the database's.
set -eu
cd "$(dirname "$0")/.."
if [ -e .env ]; then
    echo "there is an .env already" >&2
    exit 1
fi
# 48 of 62 letters are 285 bits; of 16 hexadecimal digits one is missing so often that production would refuse the secret
secret() { head -c 4096 /dev/urandom | LC_ALL=C tr -dc 'A-Za-z0-9' | head -c 48; }
umask 077
cat > .env <<END
DB_ROOT_PASSWORD=$(secret)
DB_OWNER_PASSWORD=$(secret)
DB_PASSWORD=$(secret)
DB_IDENTITIES_PASSWORD=$(secret)
JWT_SECRET=$(secret)
ENCRYPTION_KEY=$(secret)
END
echo "wrote .env"
