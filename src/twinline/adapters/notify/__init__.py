"""Telling others what happened: webhooks, signed as Standard Webhooks says."""
