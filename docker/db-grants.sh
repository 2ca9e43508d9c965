#!/bin/sh
# Part 2 of mysql-grants.sql, after every migration: a right can only be given on a table that exists.
set -eu
MYSQL_PWD=$(cat /run/secrets/db_root_password)
export MYSQL_PWD
sh /grants/part.sh 2 | mysql --host=db --user=root
