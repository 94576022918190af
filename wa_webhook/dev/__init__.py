"""Everything on one machine: an embedded PostgreSQL and what runs beside it."""
