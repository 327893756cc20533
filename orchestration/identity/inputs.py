"""Which models and seeds of the work database this room reads; nothing heavy is imported here."""

READS = ("int_identity__edges", "int_identity__records", "identity_rules", "identity_limits")
"""What resolution and linkage read."""
READ_BY_COMMANDS = ("int_identity__blocked_values", "stg_orders")
"""What `enishi identity` reads beside these, to explain and to compare."""
