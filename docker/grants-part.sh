#!/bin/sh
# Prints one part of mysql-grants.sql with the passwords put in: grants-part.sh 1|2. In plain sh: the database's image
# promises no other tool.
set -eu
owner=$(cat /run/secrets/db_owner_password)
serving=$(cat /run/secrets/db_password)
identities=$(cat /run/secrets/db_identities_password)
wanted=
while IFS= read -r line; do
    case $line in
        "-- Part $1 "*) wanted=yes ;;
        "-- Part "*) wanted= ;;
        *CHANGE-ME-1*) line="${line%%CHANGE-ME-1*}$owner${line#*CHANGE-ME-1}" ;;
        *CHANGE-ME-2*) line="${line%%CHANGE-ME-2*}$serving${line#*CHANGE-ME-2}" ;;
        *CHANGE-ME-3*) line="${line%%CHANGE-ME-3*}$identities${line#*CHANGE-ME-3}" ;;
    esac
    if [ -n "$wanted" ]; then
        printf '%s\n' "$line"
    fi
done < /grants/mysql-grants.sql
