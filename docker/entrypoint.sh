#!/bin/sh
# Puts the database's address together from its parts, so that the password stands in a file and not in the container's
# settings, and becomes the process that was asked for.
set -eu

# address_of USER FILE: the database's address for this user, whose password stands in the file
address_of() {
    password=$(cat "$2")
    case $password in
        "" | *[!A-Za-z0-9._~-]*)
            echo "dojang: database_password: use letters, digits and . _ ~ - only (docker/make-env.sh makes one)" >&2
            exit 78
            ;;
    esac
    printf 'mysql+aiomysql://%s:%s@%s/dojang' "$1" "$password" "$DATABASE_HOST"
}

if [ -n "${DATABASE_PASSWORD_FILE:-}" ]; then
    DATABASE_URL=$(address_of "${DATABASE_USER:-dojang}" "$DATABASE_PASSWORD_FILE")
    export DATABASE_URL
fi
if [ -n "${IDENTITY_DATABASE_PASSWORD_FILE:-}" ]; then
    IDENTITY_DATABASE_URL=$(address_of dojang_identities "$IDENTITY_DATABASE_PASSWORD_FILE")
    export IDENTITY_DATABASE_URL
fi

case "${1:-api}" in
    api) exec python -m app serve --host 0.0.0.0 --port 8000 ;;
    worker | ops) exec python -m app "$@" ;;
    migrate) exec python -m app ops migrate ;;
    certificate) exec python docker/make_certificate.py /tls ;;
    *)
        echo "dojang: there is no '$1': api, worker, migrate, certificate or ops …" >&2
        exit 64
        ;;
esac
