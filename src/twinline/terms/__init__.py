"""What was agreed: product terms, fees, versions and dated parameters. Pure."""
