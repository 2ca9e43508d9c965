# Sourced by the database image's entrypoint when it makes an empty database: part 1 of mysql-grants.sql.
docker_process_sql <<END
$(sh /grants/part.sh 1)
END
