"""What the SDK offers, tried with a plugin of its own: `corner`."""
