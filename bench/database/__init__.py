"""What a call costs the database: time, CPU, pages and disk, by pgbench and by hand."""
