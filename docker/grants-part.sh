#!/bin/sh
# Prints one part of mysql-grants.sql with the passwords put in: grants-part.sh 1|2
set -eu
owner=$(cat /run/secrets/db_owner_password)
serving=$(cat /run/secrets/db_password)
sed -n "/^-- Part $1 /,/^-- Part [^$1] /p" /grants/mysql-grants.sql | sed "s/CHANGE-ME-1/$owner/; s/CHANGE-ME-2/$serving/"
