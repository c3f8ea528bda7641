// Testcontainers' helper image has to be pulled, which a machine without an image registry cannot do.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
process.env.TESTCONTAINERS_HOST_OVERRIDE = '127.0.0.1';
