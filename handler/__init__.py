"""The processes around the database: webhook, notifier, migrations, command line."""
